// The files of a campaign: runs.csv, compare.csv, dependencies.csv, hazards.txt and deadlocks/,
// together or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// Writes the results of `records` into `folder`, which exists. What an earlier campaign left there
/// and this one does not have (its deadlocks, its hazards) is removed, so that the folder never
/// shows two campaigns at once. An error message with the reason, or none; on an error the folder
/// is as it was.
std::optional<std::string> write_results(const std::string& folder,
                                         const std::vector<RunRecord>& records,
                                         const std::string& build);

}  // namespace fencelab::campaign
