#include "scenarios/runtime/parameter_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

using policies::Parameter;
using policies::ParameterKind;
using Value = Quantity<std::int64_t>;

std::string text_of(const Parameter& parameter, std::int64_t value) {
  if (parameter.kind == ParameterKind::duration) return format_duration(core::Duration(value));
  if (parameter.kind == ParameterKind::bytes) return format_size(static_cast<std::uint64_t>(value));
  return std::to_string(value);
}

std::string range_of(const Parameter& parameter) {
  return fmt::format("from {} to {}", text_of(parameter, parameter.min),
                     text_of(parameter, parameter.max));
}

bool has_range(const Parameter& parameter) { return parameter.min != parameter.max; }

Value bad_value(const std::string& text, std::string expected, std::string hint = {}) {
  return {std::nullopt,
          {"bad-value", quote(text) + " is no value for it", std::move(expected), std::move(hint)}};
}

Value parse_flag(const std::string& text) {
  if (text == "true" || text == "1") return {1, {}};
  if (text == "false" || text == "0") return {0, {}};
  return bad_value(text, "true or false");
}

Value parse_word(const Parameter& parameter, const std::string& text) {
  const auto word = std::find(parameter.words.begin(), parameter.words.end(), text);
  if (word == parameter.words.end())
    return bad_value(text, one_of(parameter.words), did_you_mean(text, parameter.words));
  return {word - parameter.words.begin(), {}};
}

Value parse_count(const Parameter& parameter, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc() && end == text.data() + text.size()) return {value, {}};
  return bad_value(
      text, has_range(parameter) ? "a whole number " + range_of(parameter) : "a whole number");
}

Value parse_any(const Parameter& parameter, const std::string& text) {
  switch (parameter.kind) {
    case ParameterKind::duration: {
      const auto parsed = parse_duration(text);
      return parsed ? Value{parsed.value->count(), {}} : Value{std::nullopt, parsed.error};
    }
    case ParameterKind::bytes: {
      const auto parsed = parse_size(text);
      return parsed ? Value{static_cast<std::int64_t>(*parsed.value), {}}
                    : Value{std::nullopt, parsed.error};
    }
    case ParameterKind::flag: return parse_flag(text);
    case ParameterKind::word: return parse_word(parameter, text);
    case ParameterKind::count: break;
  }
  return parse_count(parameter, text);
}

}  // namespace

Quantity<std::int64_t> parse_parameter(const Parameter& parameter, const std::string& text) {
  Value value = parse_any(parameter, text);
  if (!value || !has_range(parameter)) return value;
  if (*value.value >= parameter.min && *value.value <= parameter.max) return value;
  return {std::nullopt,
          {"out-of-range", quote(text) + " is out of range", range_of(parameter), {}}};
}

}  // namespace fencelab::scenarios
