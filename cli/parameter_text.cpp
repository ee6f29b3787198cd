#include "cli/parameter_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenarios/quantity.hpp"

namespace fencelab::cli {

std::string value_text(const policies::Parameter& parameter, std::int64_t value) {
  switch (parameter.kind) {
    case policies::ParameterKind::duration:
      return scenarios::format_duration(core::Duration(value));
    case policies::ParameterKind::bytes:
      return scenarios::format_size(static_cast<std::uint64_t>(value));
    case policies::ParameterKind::flag: return value != 0 ? "true" : "false";
    case policies::ParameterKind::word: return parameter.words[static_cast<std::size_t>(value)];
    case policies::ParameterKind::count: break;
  }
  return std::to_string(value);
}

std::string range_text(const policies::Parameter& parameter) {
  if (!parameter.words.empty()) return fmt::format("one of {}", fmt::join(parameter.words, ", "));
  if (parameter.kind == policies::ParameterKind::flag) return "true or false";
  if (parameter.min == parameter.max) return "";
  return fmt::format("from {} to {}", value_text(parameter, parameter.min),
                     value_text(parameter, parameter.max));
}

}  // namespace fencelab::cli
