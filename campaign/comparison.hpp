// The runs of a scenario point, compared: what compare.csv, the terminal's table and the report
// show. Nothing is formatted here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/columns.hpp"
#include "campaign/run_record.hpp"
#include "campaign/statistics.hpp"

namespace fencelab::campaign {

/// What is compared with what.
struct CompareOptions {
  /// Points without a stack of that name are compared with nothing; empty: the first stack of each
  /// point.
  std::string baseline;
  std::vector<std::string> metrics;  ///< columns of runs.csv, in this order; empty: all
};

/// The runs of one point under one stack, and their numbers.
class RunGroup {
 public:
  RunGroup(std::string scenario, std::string point, std::string stack)
      : scenario_(std::move(scenario)), point_(std::move(point)), stack_(std::move(stack)) {}

  /// `run` outlives the group.
  void add(const RunRecord& run) { runs_.push_back(&run); }
  /// Reads the numbers of the runs that are ok. To be called when all were added.
  void read_values();

  const std::string& scenario() const { return scenario_; }
  const std::string& point() const { return point_; }
  const std::string& stack() const { return stack_; }
  const std::vector<const RunRecord*>& runs() const { return runs_; }
  /// Of the runs that have a number there; `column` is an index of columns().
  const SeedValues& values(std::size_t column) const { return values_[column]; }
  /// "complete", or "complete:3 deadlock:2" where runs differ; failed runs by their status.
  std::string verdicts() const;

 private:
  std::string scenario_, point_, stack_;
  std::vector<const RunRecord*> runs_;
  std::vector<SeedValues> values_;
};

/// Runs by scenario point and stack, in the order in which they first appear.
std::vector<RunGroup> group_runs(const std::vector<RunRecord>& records);

/// Whom a group is measured against: nullptr if there is none.
const RunGroup* baseline_of(const std::vector<RunGroup>& groups, const RunGroup& group,
                            const CompareOptions& options);
/// The stack's own oracle variant, or else the stack named oracle; nullptr if nobody is the oracle,
/// or the group is one itself.
const RunGroup* oracle_of(const std::vector<RunGroup>& groups, const RunGroup& group);

/// One metric of one group beside its baseline and its oracle: a row of compare.csv.
struct Comparison {
  std::size_t column = 0;   ///< index of columns()
  Estimate mean;            ///< over seeds; n is never 0
  Estimate difference;      ///< to the baseline, paired by seed; n is 0 without one
  std::optional<double> p;  ///< of the difference, see paired_p_value()
  std::optional<double> ratio_to_baseline, ratio_to_oracle;  ///< of the means
};

/// Every metric of the options that has a number in `own`, in the order of the options or of
/// columns(). `baseline` and `oracle` may be nullptr.
std::vector<Comparison> compare(const RunGroup& own, const RunGroup* baseline,
                                const RunGroup* oracle, const CompareOptions& options);

/// Whether the column is a number of the simulated machine, and so compared.
bool is_compared(const Column& column);

}  // namespace fencelab::campaign
