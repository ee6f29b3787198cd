// A stack in the words of a command line: a preset and what is different, as in
// "linux-implicit,flip=deadline,flip.margin=2 ms".
#pragma once

#include <string>

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Whether `text` names more than a preset.
bool has_changes(const std::string& text);

/// The stack, named `text`. `error`: what is no part of one; whether presets, axes, policies and
/// parameters exist is checked when it is resolved.
struct StackWords {
  StackSpec stack;
  std::string error;
};
StackWords parse_stack(const std::string& text);

}  // namespace fencelab::scenarios
