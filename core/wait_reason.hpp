// The closed vocabulary of reasons for waiting (design section 3). Latency breakdowns, the deadlock
// report and the columns of runs.csv all use these words.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fencelab::core {

enum class WaitReason : std::uint8_t {
  fence,
  value,
  lock,
  ww_lock,
  memory,
  notifier,
  page_pin,
  engine,
  credit,
  fifo,
  firmware,
  irq,
  vblank,
  submit,
  cpu,
  transfer,
  sleep,
};

inline constexpr std::size_t kWaitReasonCount = 17;

inline constexpr std::array<std::string_view, kWaitReasonCount> kWaitReasonNames = {
    "fence", "value",    "lock", "ww_lock", "memory", "notifier", "page_pin", "engine", "credit",
    "fifo",  "firmware", "irq",  "vblank",  "submit", "cpu",      "transfer", "sleep"};

/// The word for `reason` as it appears in reports and column names.
constexpr std::string_view to_string(WaitReason reason) {
  return kWaitReasonNames[static_cast<std::size_t>(reason)];
}

}  // namespace fencelab::core
