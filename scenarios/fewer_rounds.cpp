#include "scenarios/fewer_rounds.hpp"

#include <fmt/format.h>

#include <charconv>

#include "scenarios/json_document.hpp"

namespace fencelab::scenarios {

namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxDivisor = 1'000'000;

/// Documents are no deeper than DocumentLimits::nesting.
void collect(const json& value, const std::string& pointer, std::uint64_t divisor,
             std::vector<std::string>& sets) {
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i)
      collect(value[i], pointer_to(pointer, i), divisor, sets);
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.items()) {
    const std::string place = pointer_to(pointer, key);
    if (key == "loop" && member.is_object() && member.contains("times") &&
        member["times"].is_number_unsigned()) {
      const auto times = member["times"].get<std::uint64_t>();
      if (times > 1) sets.push_back(fmt::format("{}/times={}", place, (times - 1) / divisor + 1));
    }
    collect(member, place, divisor, sets);
  }
}

}  // namespace

std::optional<std::uint64_t> parse_rounds(std::string_view text) {
  if (!text.starts_with("1/")) return std::nullopt;
  text.remove_prefix(2);
  std::uint64_t divisor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), divisor);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0'))
    return std::nullopt;
  return divisor >= 2 && divisor <= kMaxDivisor ? std::optional(divisor) : std::nullopt;
}

std::vector<std::string> fewer_rounds(const json& document, std::uint64_t divisor) {
  std::vector<std::string> sets;
  if (document.is_object() && document.contains("processes"))
    collect(document["processes"], "/processes", divisor, sets);
  return sets;
}

}  // namespace fencelab::scenarios
