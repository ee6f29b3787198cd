// What `fencelab check` prints: one line per scenario and stack, and a report per failure.
#pragma once

#include <string>
#include <vector>

#include "campaign/check_record.hpp"
#include "campaign/judgement.hpp"

namespace fencelab::campaign {

/// A head and one line per record; words without spaces, "-" for what has no value:
///   scenario stack verdict strength executions states blocked depth seconds result
std::string check_table(const std::vector<CheckRecord>& records,
                        const std::vector<Judgement>& judgements);

/// The work as "executions=3 states=- blocked=- depth=-"; with bounds that were hit.
std::string work_words(const CheckWork& work);

/// A finding for a terminal, at most about 40 lines: verdict line (complete, key=value), core and
/// why there is no way out, the schedule as swim lanes, how to see it again, assumptions.
std::string finding_report(const CheckRecord& record, const CheckFinding& finding,
                           FindingStanding standing);

/// Stable name of a finding's class within its scenario and stack, 16 hex digits.
std::string class_fingerprint(const BaselineKey& key);

}  // namespace fencelab::campaign
