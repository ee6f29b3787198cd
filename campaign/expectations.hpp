// Whether a run came out as its scenario expects.
#pragma once

#include <cstdint>
#include <map>
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

/// Whether the runs of the scenario's stacks are related as it says. Each metric is summed over the
/// seeds with which both stacks ran. A relation to nothing (the other's sum is not above zero)
/// fails: it would say nothing; one to a stack that was not run is passed over.
class RelationCheck {
 public:
  /// `scenario` outlives it.
  explicit RelationCheck(const scenarios::Scenario& scenario);
  void add(const RunRecord& record);
  std::vector<Failure> failures() const;

 private:
  struct Side {
    bool was_run = false;
    std::map<std::uint64_t, double> by_seed;
  };
  struct Sides {
    Side ours, others;
  };
  static void add(const RunRecord& record, const std::string& metric, Side& side);
  const scenarios::Scenario& scenario_;
  std::vector<Sides> sides_;  ///< of each relation
};

}  // namespace fencelab::campaign
