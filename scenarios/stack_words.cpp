#include "scenarios/stack_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

StackSpec base_of(const std::string& name, const std::vector<StackSpec>& known) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const StackSpec& stack) { return stack.name == name; });
  if (found != known.end()) return *found;
  StackSpec stack;
  stack.preset = name;
  return stack;
}

/// False: `word` is no change.
bool change(StackSpec& stack, const std::string& word) {
  const std::size_t equals = word.find('='), dot = word.find('.');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) return false;
  const std::string value = word.substr(equals + 1);
  if (dot > equals) {
    const std::string axis = word.substr(0, equals);
    stack.axes[axis] = PolicySpec{value, {}, {}, stack.place};
    for (auto& [gpu, axes] : stack.gpu_axes) axes.erase(axis);
    return true;
  }
  if (dot == 0 || dot + 1 == equals) return false;
  stack.axes[word.substr(0, dot)].parameters[word.substr(dot + 1, equals - dot - 1)] = value;
  return true;
}

}  // namespace

StackWords parse_stack(const std::string& text, const std::vector<StackSpec>& known) {
  StackWords parsed;
  std::size_t end = std::min(text.find(','), text.size());
  parsed.base = text.substr(0, end);
  parsed.stack = base_of(parsed.base, known);
  parsed.stack.name = text;
  while (end < text.size() && parsed.error.empty()) {
    const std::size_t begin = end + 1;
    end = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!change(parsed.stack, word))
      parsed.error = fmt::format(
          "{} is no change of a stack; expected axis=policy or axis.parameter=value", quote(word));
  }
  return parsed;
}

}  // namespace fencelab::scenarios
