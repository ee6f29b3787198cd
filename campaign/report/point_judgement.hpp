// What a scenario expects of its stacks at one point and whether its runs were like that, as it is
// stored beside them for whoever reads them without the scenario.
#pragma once

#include <string>
#include <vector>

#include "campaign/expectations.hpp"
#include "campaign/run_record.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

struct StackJudgement {
  std::string stack;
  bool stated = false;                ///< the scenario says something about this stack
  std::vector<std::string> verdicts;  ///< any of these is expected of a run
  std::vector<std::string> claim;     ///< any of these is what `check` must find
  std::string strength;               ///< with which; empty: observed
  std::string why;                    ///< the scenario's argument
  std::vector<std::string> failures;  ///< what of it is not so, in words; bounded
  std::size_t failures_count = 0;
};

struct PointJudgement {
  std::vector<StackJudgement> stacks;  ///< in the order in which they first appear in the runs
  std::vector<std::string> relations;  ///< between stacks that are not as stated

  std::string to_json() const;
  static PointJudgement from_json(const std::string& text);
};

/// Judges the runs of a point one by one.
class PointJudge {
 public:
  /// `whole`: all runs of the point will be there; relations of a part would say nothing.
  /// `scenario` outlives it.
  PointJudge(const scenarios::Scenario& scenario, bool whole)
      : scenario_(scenario), whole_(whole), relations_(scenario) {}

  /// Returns what is not as expected of this run.
  std::vector<Failure> add(const RunRecord& record);
  /// All were added. Returns the relations that are not as stated.
  std::vector<Failure> end();
  const PointJudgement& judgement() const { return judgement_; }

 private:
  const scenarios::Scenario& scenario_;
  bool whole_;
  RelationCheck relations_;
  PointJudgement judgement_;
};

}  // namespace fencelab::campaign
