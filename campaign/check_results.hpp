// The files of a check: check.json and deadlocks/ in the output folder, JUnit, SARIF and baseline
// where they were asked for; together or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/check_record.hpp"
#include "campaign/drawings.hpp"
#include "campaign/files.hpp"
#include "campaign/judgement.hpp"

namespace fencelab::campaign {

/// Version of check.json; rises when a member changes its meaning.
inline constexpr int kCheckSchemaVersion = 1;

/// What files say about where they come from.
struct CheckOrigin {
  std::string build;  ///< of this program
};

/// What the files of a record's finding (counted from 0) begin with, below the folder of results.
std::string finding_stem(const CheckRecord& record, std::size_t finding);

/// All that is known, as data. Wall times are in members "wall_seconds" only, so that two checks
/// can be compared without them.
std::string check_json(const std::vector<CheckRecord>& records,
                       const std::vector<Judgement>& judgements, const std::string& build);

/// Writes check.json and deadlocks/ into `folder`, which exists (or nothing if it is empty), and
/// `more` beside them. Reports of an earlier check that this one does not have are removed. An
/// error message with the reason, or none; on an error everything is as it was. `drawings` tells
/// what could not be drawn.
std::optional<std::string> write_check_results(const std::string& folder,
                                               const std::vector<CheckRecord>& records,
                                               const std::vector<Judgement>& judgements,
                                               const CheckOrigin& origin,
                                               const std::vector<OutputFile>& more,
                                               Drawings& drawings);

}  // namespace fencelab::campaign
