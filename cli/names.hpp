// Names the program knows, for checks and suggestions.
#pragma once

#include <string>
#include <vector>

namespace fencelab::cli {

/// Columns that an expectation can bound: those of runs.csv, and those of clients.csv with an "@"
/// behind, where the name of a process goes.
std::vector<std::string> metric_names();

/// "; did you mean "x"?" for the nearest stack, policy, axis, metric or name of `more`, or nothing.
std::string suggestion(const std::string& name, std::vector<std::string> more = {});

}  // namespace fencelab::cli
