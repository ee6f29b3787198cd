// A stack in the words of a command line: one of the scenario or a preset, and what is different,
// as in "linux-implicit,flip=deadline,flip.margin=2 ms".
#pragma once

#include <string>
#include <vector>

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// The stack, named `text`. `error`: what is no part of one; whether presets, axes, policies and
/// parameters exist is checked when it is resolved.
struct StackWords {
  std::string base;  ///< the first word
  StackSpec stack;
  std::string error;
};

/// `known`: the stacks of the scenario, which come before presets. A changed policy holds on all
/// GPUs.
StackWords parse_stack(const std::string& text, const std::vector<StackSpec>& known = {});

}  // namespace fencelab::scenarios
