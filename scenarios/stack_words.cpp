#include "scenarios/stack_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

bool has_changes(const std::string& text) { return text.find(',') != std::string::npos; }

StackWords parse_stack(const std::string& text) {
  StackWords parsed;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    const std::size_t dot = part.find('.');
    if (begin == 0) {
      parsed.stack.name = text;
      parsed.stack.preset = part;
    } else if (equals == std::string::npos || equals == 0 || equals + 1 == part.size() ||
               dot == 0 || dot + 1 == equals) {
      parsed.error = fmt::format(
          "{} is no change of a stack; expected axis=policy or axis.parameter=value", quote(part));
      return parsed;
    } else if (dot < equals) {
      parsed.stack.axes[part.substr(0, dot)].parameters[part.substr(dot + 1, equals - dot - 1)] =
          part.substr(equals + 1);
    } else {
      parsed.stack.axes[part.substr(0, equals)].policy = part.substr(equals + 1);
    }
    begin = end + 1;
  }
  return parsed;
}

}  // namespace fencelab::scenarios
