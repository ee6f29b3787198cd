// Quantities as people write them in scenarios: "2.5 ms", "16 GiB", "25 GB/s", "59.94 Hz". All
// arithmetic is in integers, so that a file means the same everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace fencelab::scenarios {

/// Largest number of nanoseconds, bytes or bytes per second that a file may name.
inline constexpr std::uint64_t kMaxQuantity = std::uint64_t{1} << 62;

/// Why a text is no quantity.
struct QuantityError {
  std::string code;  ///< bad-quantity, missing-unit, unknown-unit, negative, not-whole, too-large
  std::string message;
  std::string expected;
  std::string hint;
};

/// A parsed quantity or the reason why there is none.
template <typename T>
struct Quantity {
  std::optional<T> value;
  QuantityError error;  ///< meaningful only without a value

  explicit operator bool() const { return value.has_value(); }
};

/// "2.5 ms" (ns, us, ms, s, min) to a whole number of nanoseconds.
Quantity<core::Duration> parse_duration(std::string_view text);

/// "16 GiB" (B; kB MB GB TB of 1000; KiB MiB GiB TiB of 1024) to whole bytes.
Quantity<std::uint64_t> parse_size(std::string_view text);

/// "25 GB/s" to whole bytes per second.
Quantity<std::uint64_t> parse_bandwidth(std::string_view text);

/// "59.94 Hz" (Hz, kHz) to the period, rounded to the nearest nanosecond and at least one.
Quantity<core::Duration> parse_frequency(std::string_view text);

/// The shortest text that parse_duration reads back exactly; of equals the one with the larger
/// unit.
std::string format_duration(core::Duration duration);

/// The shortest text that parse_size reads back exactly.
std::string format_size(std::uint64_t bytes);

/// The shortest text that parse_bandwidth reads back exactly.
std::string format_bandwidth(std::uint64_t bytes_per_second);

/// The frequency with the fewest decimals whose period parse_frequency rounds to `period`, for
/// periods from 10 us (100 kHz) up.
std::string format_frequency(core::Duration period);

}  // namespace fencelab::scenarios
