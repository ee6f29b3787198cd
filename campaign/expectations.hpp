// Whether a run came out as its scenario expects.
#pragma once

#include <string>
#include <vector>

#include "campaign/run_record.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// One thing that was expected and is not so.
struct Failure {
  std::string message;
  bool deadlock = false;  ///< an unexpected deadlock or livelock (exit code 2)
};

/// Empty: as expected. A stack without an expectation expects no deadlock, orphan, masked or
/// livelock verdict only if some other stack of the scenario states an expectation; otherwise
/// nothing.
std::vector<Failure> check(const scenarios::Scenario& scenario, const RunRecord& record);

}  // namespace fencelab::campaign
