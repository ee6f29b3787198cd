#include "scenarios/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

__extension__ using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::uint64_t factor;  // in the base unit: nanoseconds, bytes, hertz
};

struct Family {
  std::string_view expected;
  std::string_view base;  // what the number must be a whole count of
  std::span<const Unit> units;
};

constexpr std::uint64_t kKilo = 1000, kMega = kKilo * 1000, kGiga = kMega * 1000,
                        kTera = kGiga * 1000;
constexpr std::uint64_t kKibi = 1024, kMebi = kKibi * 1024, kGibi = kMebi * 1024,
                        kTebi = kGibi * 1024;

constexpr Unit kDurationUnits[] = {
    {"ns", 1}, {"us", kKilo}, {"ms", kMega}, {"s", kGiga}, {"min", 60 * kGiga}};
constexpr Unit kSizeUnits[] = {{"B", 1},       {"kB", kKilo},  {"MB", kMega},
                               {"GB", kGiga},  {"TB", kTera},  {"KiB", kKibi},
                               {"MiB", kMebi}, {"GiB", kGibi}, {"TiB", kTebi}};
constexpr Unit kBandwidthUnits[] = {{"B/s", 1},       {"kB/s", kKilo},  {"MB/s", kMega},
                                    {"GB/s", kGiga},  {"TB/s", kTera},  {"KiB/s", kKibi},
                                    {"MiB/s", kMebi}, {"GiB/s", kGibi}, {"TiB/s", kTebi}};
constexpr Unit kFrequencyUnits[] = {{"Hz", 1}, {"kHz", kKilo}};

constexpr Family kDurations{"a duration such as \"2.5 ms\"", "nanoseconds", kDurationUnits};
constexpr Family kSizes{"a size such as \"16 GiB\"", "bytes", kSizeUnits};
constexpr Family kBandwidths{"a bandwidth such as \"25 GB/s\"", "bytes per second",
                             kBandwidthUnits};
constexpr Family kFrequencies{"a frequency such as \"60 Hz\"", "", kFrequencyUnits};

constexpr int kMaxDecimals = 12;
constexpr Wide kMaxMantissa = Wide{1} << 64;  // times the largest unit still fits 128 bits

// The number `mantissa / 10^decimals` of a unit.
struct Parsed {
  Wide mantissa = 0;
  int decimals = 0;
  const Unit* unit = nullptr;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Wide power_of_ten(int exponent) {
  Wide result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

std::vector<std::string> unit_names(const Family& family) {
  std::vector<std::string> names;
  for (const Unit& unit : family.units) names.emplace_back(unit.name);
  return names;
}

QuantityError failure(const Family& family, std::string code, std::string message,
                      std::string hint = {}) {
  return {std::move(code), std::move(message), std::string(family.expected), std::move(hint)};
}

// Digits and one optional point with digits after it; empty when there is no such number in front.
std::string_view take_number(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && is_digit(rest[end])) ++end;
  if (end > 0 && end + 1 < rest.size() && rest[end] == '.' && is_digit(rest[end + 1])) {
    ++end;
    while (end < rest.size() && is_digit(rest[end])) ++end;
  }
  const std::string_view number = rest.substr(0, end);
  rest.remove_prefix(end);
  return number;
}

bool read_number(std::string_view digits, Parsed& parsed) {
  bool is_fraction = false;
  for (const char c : digits) {
    if (c == '.') {
      is_fraction = true;
      continue;
    }
    parsed.mantissa = parsed.mantissa * 10 + static_cast<unsigned>(c - '0');
    parsed.decimals += is_fraction ? 1 : 0;
    if (parsed.mantissa > kMaxMantissa || parsed.decimals > kMaxDecimals) return false;
  }
  return true;
}

QuantityError unit_failure(const Family& family, std::string_view text, std::string_view unit) {
  const std::vector<std::string> names = unit_names(family);
  if (unit.empty()) {
    return {
        "missing-unit", fmt::format("{} has no unit", quote(text)), "a unit: " + one_of(names), {}};
  }
  return {"unknown-unit", fmt::format("unknown unit {} in {}", quote(unit), quote(text)),
          one_of(names), did_you_mean(unit, names)};
}

// Splits `text` into number and unit; fills `error` and returns nothing when it cannot be done.
std::optional<Parsed> parse_parts(std::string_view text, const Family& family,
                                  QuantityError& error) {
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == '-') {
    error = failure(family, "negative", fmt::format("{} is negative", quote(text)));
    return std::nullopt;
  }
  const std::string_view number = take_number(rest);
  if (number.empty()) {
    error = failure(family, "bad-quantity", fmt::format("{} is no quantity", quote(text)));
    return std::nullopt;
  }
  if (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const auto unit = std::find_if(family.units.begin(), family.units.end(),
                                 [rest](const Unit& candidate) { return candidate.name == rest; });
  if (unit == family.units.end()) {
    error = unit_failure(family, text, rest);
    return std::nullopt;
  }
  Parsed parsed;
  parsed.unit = &*unit;
  if (read_number(number, parsed)) return parsed;
  error = failure(family, "too-large", fmt::format("{} has too many digits", quote(text)));
  return std::nullopt;
}

Quantity<std::uint64_t> parse_whole(std::string_view text, const Family& family) {
  QuantityError error;
  const std::optional<Parsed> parsed = parse_parts(text, family, error);
  if (!parsed) return {std::nullopt, error};
  const Wide scaled = parsed->mantissa * parsed->unit->factor;
  const Wide divisor = power_of_ten(parsed->decimals);
  if (scaled % divisor != 0) {
    return {std::nullopt,
            {"not-whole",
             fmt::format("{} is no whole number of {}", quote(text), family.base),
             fmt::format("a whole number of {}", family.base),
             {}}};
  }
  if (scaled / divisor > kMaxQuantity) {
    return {std::nullopt,
            {"too-large",
             fmt::format("{} is too large", quote(text)),
             fmt::format("at most 2^62 {}", family.base),
             {}}};
  }
  return {static_cast<std::uint64_t>(scaled / divisor), {}};
}

// `value` in units of `unit` as an exact decimal; empty when it has no short one.
std::string in_unit(std::uint64_t value, const Unit& unit) {
  Wide remainder = value % unit.factor;
  std::string decimals;
  for (int i = 0; remainder != 0 && i < kMaxDecimals; ++i) {
    remainder *= 10;
    decimals += static_cast<char>('0' + static_cast<int>(remainder / unit.factor));
    remainder %= unit.factor;
  }
  if (remainder != 0) return {};
  const std::string whole = std::to_string(value / unit.factor);
  return fmt::format("{}{}{} {}", whole, decimals.empty() ? "" : ".", decimals, unit.name);
}

std::string format_whole(std::uint64_t value, const Family& family) {
  if (value == 0) return fmt::format("0 {}", family.units.front().name);
  std::string best;
  for (const Unit& unit : family.units) {
    const std::string text = in_unit(value, unit);
    if (!text.empty() && (best.empty() || text.size() <= best.size())) best = text;
  }
  return best;
}

}  // namespace

Quantity<core::Duration> parse_duration(std::string_view text) {
  const Quantity<std::uint64_t> whole = parse_whole(text, kDurations);
  if (!whole) return {std::nullopt, whole.error};
  return {core::Duration(static_cast<std::int64_t>(*whole.value)), {}};
}

Quantity<std::uint64_t> parse_size(std::string_view text) { return parse_whole(text, kSizes); }

Quantity<std::uint64_t> parse_bandwidth(std::string_view text) {
  return parse_whole(text, kBandwidths);
}

Quantity<core::Duration> parse_frequency(std::string_view text) {
  QuantityError error;
  const std::optional<Parsed> parsed = parse_parts(text, kFrequencies, error);
  if (!parsed) return {std::nullopt, error};
  const Wide rate = parsed->mantissa * parsed->unit->factor;
  const Wide second = Wide{kGiga} * power_of_ten(parsed->decimals);
  if (rate == 0 || second / rate > kMaxQuantity) {
    return {std::nullopt,
            failure(kFrequencies, "not-positive", fmt::format("{} never ticks", quote(text)))};
  }
  const Wide period = (second + rate / 2) / rate;
  if (period == 0) {
    return {
        std::nullopt,
        {"too-large", fmt::format("{} is too fast", quote(text)), "a period of at least 1 ns", {}}};
  }
  return {core::Duration(static_cast<std::int64_t>(period)), {}};
}

std::string format_duration(core::Duration duration) {
  const std::int64_t count = duration.count();
  if (count < 0) return "-" + format_whole(-static_cast<std::uint64_t>(count), kDurations);
  return format_whole(static_cast<std::uint64_t>(count), kDurations);
}

std::string format_size(std::uint64_t bytes) { return format_whole(bytes, kSizes); }

std::string format_bandwidth(std::uint64_t bytes_per_second) {
  return format_whole(bytes_per_second, kBandwidths);
}

std::string format_frequency(core::Duration period) {
  const Wide nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(period.count(), 1));
  std::string text;
  for (int decimals = 0; decimals <= kMaxDecimals; ++decimals) {
    const Wide scale = power_of_ten(decimals);
    const Wide rate = (Wide{kGiga} * scale + nanoseconds / 2) / nanoseconds;
    const auto whole = static_cast<std::uint64_t>(rate / scale);
    const auto fraction = static_cast<std::uint64_t>(rate % scale);
    text = decimals == 0 ? fmt::format("{} Hz", whole)
                         : fmt::format("{}.{:0{}} Hz", whole, fraction, decimals);
    const Quantity<core::Duration> again = parse_frequency(text);
    if (again && *again.value == period) return text;
  }
  return text;
}

}  // namespace fencelab::scenarios
