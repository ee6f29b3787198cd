// Names that a scenario may mention and that the loader cannot know by itself: presets, policies
// and their parameters, columns of results. Whoever links the policies fills it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace fencelab::scenarios {

/// An empty table means "do not check": tests of the loader need no policies.
struct PolicyNames {
  using Parameters = std::vector<std::string>;
  using Policies = std::map<std::string, Parameters>;  ///< policy -> names of its parameters

  std::vector<std::string> presets;
  std::map<std::string, Policies> axes;  ///< axis -> its policies
  std::vector<std::string> metrics;      ///< columns of runs.csv
};

}  // namespace fencelab::scenarios
