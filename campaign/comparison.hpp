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

/// The runs of one point under one stack: their numbers, and how they ended. Keeps no records.
class RunGroup {
 public:
  /// Of the first run of the group, which is still to be added.
  explicit RunGroup(const RunRecord& first)
      : scenario_(first.scenario), point_(first.point), stack_(first.stack), file_(first.file) {}

  bool has_place_for(const RunRecord& run) const {
    return stack_ == run.stack && scenario_ == run.scenario && point_ == run.point;
  }
  void add(const RunRecord& run);
  /// To be called when all were added.
  void finish();

  const std::string& scenario() const { return scenario_; }
  const std::string& point() const { return point_; }
  const std::string& stack() const { return stack_; }
  const std::string& file() const { return file_; }
  /// Of the runs that have a number there, by seed; `column` is an index of columns().
  const SeedValues& values(std::size_t column) const { return values_[column]; }

  /// How one run ended: its verdict, or the status of one that failed.
  struct Ending {
    std::uint64_t seed = 0;
    std::size_t word = 0;  ///< of words()
  };
  /// Of all runs, as they were added.
  const std::vector<Ending>& endings() const { return endings_; }
  /// In the order in which they first appeared.
  const std::vector<std::string>& words() const { return words_; }
  /// "complete", or "complete:3 deadlock:2" where runs differ; failed runs by their status.
  std::string verdicts() const;

 private:
  std::string scenario_, point_, stack_, file_;
  std::vector<Ending> endings_;
  std::vector<std::string> words_;
  std::vector<SeedValues> values_;
};

/// Runs by scenario point and stack, in the order in which these first appear.
class RunGroups {
 public:
  /// Returns which group it belongs to.
  std::size_t add(const RunRecord& run);
  /// All that were added since the last time.
  std::vector<RunGroup> take();

 private:
  std::vector<RunGroup> groups_;
  std::size_t last_ = 0;  ///< runs of a group mostly follow each other
};
/// The same of runs at hand.
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
