// What got worse since earlier runs of the same scenarios, stacks and seeds, made by another
// program perhaps: how runs end, and metrics beyond what is tolerated.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/database/campaign_reader.hpp"
#include "campaign/statistics.hpp"
#include "campaign/tolerance.hpp"

namespace fencelab::campaign {

/// One metric under one stack of one scenario point that is not what it was.
struct MetricChange {
  enum class Result {
    worse,    ///< beyond what is allowed: significantly, or in all that can be known (one seed, or
              ///< the same difference with every seed)
    unsure,   ///< beyond what is allowed on average, but seeds differ too much to say so
    allowed,  ///< worse, within the tolerance
    better,
  };
  std::string metric, unit;
  Better better_is = Better::less;
  Estimate before, now;          ///< over the seeds that both have
  Estimate difference;           ///< now - before, paired by seed
  double allowed = 0;            ///< in the unit of the metric
  std::optional<double> p;       ///< of the paired t-test, see paired_p_value()
  std::optional<double> p_holm;  ///< adjusted for all changes of the comparison
  Result result = Result::worse;
};
std::string_view to_string(MetricChange::Result result);

/// A seed that ends otherwise. A run that failed ends by its status.
struct VerdictChange {
  std::uint64_t seed = 0;
  std::string before, now;
  bool is_worse = false;
};

/// What became of one stack of one scenario point.
struct StackChange {
  std::string scenario, point, stack, file;
  std::string reproduce;  ///< of the first seed whose verdict changed, or else of the first seed
  std::size_t seeds = 0;  ///< compared
  std::vector<std::uint64_t> missing;  ///< seeds that there were before
  std::vector<VerdictChange> verdicts;
  std::vector<MetricChange> metrics;
  bool is_worse() const;
};

struct Regression {
  std::vector<StackChange> stacks;  ///< all that are compared, in the order of the baseline
  std::size_t added_runs = 0;       ///< that the baseline does not have
  bool is_worse() const;
};

/// Compares what `now` holds with what `before` held. Throws DatabaseError as they do.
Regression find_regressions(CampaignReader& now, CampaignReader& before,
                            const Tolerance& tolerance);

/// A table for a terminal: what got worse, largest first, then how much else changed.
std::string regression_words(const Regression& regression);
/// One row for each change, worse or not.
std::string regressions_csv(const Regression& regression);
/// One suite per scenario point, one case per stack.
std::string regression_junit(const Regression& regression);

}  // namespace fencelab::campaign
