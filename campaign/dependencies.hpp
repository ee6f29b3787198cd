// Who waited for whom, and what it cost: dependencies.csv and a few lines for the terminal.
#pragma once

#include <string>
#include <vector>

#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// Kinds of dependencies that a run reports one by one; what is beyond is summed up.
inline constexpr std::size_t kDependencyRows = 100;

/// Version of the columns of dependencies.csv.
inline constexpr int kDependenciesSchemaVersion = 1;

/// One row per run and kind of dependency, the costliest first in each run.
std::string dependencies_csv(const std::vector<RunRecord>& records);

/// The costliest false dependencies of all runs in words, at most `most` lines and one that says
/// how much more there is; empty if none cost anything.
std::string costliest_dependencies(const std::vector<RunRecord>& records, std::size_t most = 5);

/// The part of docs/reference/columns.md about dependencies.csv.
std::string dependencies_markdown();

}  // namespace fencelab::campaign
