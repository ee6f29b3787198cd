// The files of the project that `fencelab new policy` writes.
#pragma once

#include <string>
#include <vector>

#include "cli/policy_skeletons.hpp"

namespace fencelab::cli {

struct ProjectFile {
  std::string name, text;
};

/// A plug-in `name` with one policy of that name, a scenario to try it on, and tests.
std::vector<ProjectFile> policy_project(const std::string& name, const PolicySkeleton& skeleton,
                                        const std::string& question);

}  // namespace fencelab::cli
