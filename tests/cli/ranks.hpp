// The program on several ranks of mpirun.
#pragma once

#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace fencelab::testing {

/// A shell command for it; what it prints goes nowhere. `flags` are mpirun's.
inline std::string mpirun_command(int ranks, const std::vector<std::string>& arguments,
                                  const std::string& flags = "") {
  std::string command =
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 exec mpirun --oversubscribe " +
      flags + " -np " + std::to_string(ranks) + " " FENCELAB_PROGRAM;
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  return command + " >/dev/null 2>&1";
}

}  // namespace fencelab::testing
