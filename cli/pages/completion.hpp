// Completion scripts for shells: subcommands, options, and of values what can be listed. Names of
// stacks, metrics and the like are asked of the program when they are needed.
#pragma once

#include <string>

#include "cli/pages/command_text.hpp"

namespace fencelab::cli {

std::string bash_completion(const CommandText& program);
std::string zsh_completion(const CommandText& program);
std::string fish_completion(const CommandText& program);

}  // namespace fencelab::cli
