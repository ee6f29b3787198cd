// The scenario points of a command, one after another: those of a sweep are loaded when their turn
// comes, so that any number of them takes no memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/plan.hpp"

namespace fencelab::cli {

/// Where a point stands in a command.
struct PointPlace {
  std::size_t plan = 0;           ///< of the plans, from 0
  std::uint64_t combination = 0;  ///< of its sweep, from 0; 0 where nothing is swept
};

/// The point there, with all that it needs; nullptr where there is none, or none that was asked
/// for. One that cannot be loaded is none, its mistakes printed, and `ok` is false. What is
/// referred to outlives it.
std::shared_ptr<const Plan> load_point(const std::vector<Plan>& plans, const PointPlace& place,
                                       const RunOptions& options,
                                       const policies::Registry& registry, bool& ok);

class PointCursor {
 public:
  /// All of them outlive it. `plans` have their oracle variants already.
  PointCursor(const std::vector<Plan>& plans, const RunOptions& options,
              const policies::Registry& registry)
      : plans_(plans), options_(options), registry_(registry) {}

  /// The next point, with all that it needs; nullptr at the end. Points that cannot be loaded are
  /// passed over, their mistakes printed.
  std::shared_ptr<const Plan> next();
  /// Whether all could be loaded so far.
  bool ok() const { return ok_; }
  /// Of the latest.
  const PointPlace& place() const { return place_; }

 private:
  const std::vector<Plan>& plans_;
  const RunOptions& options_;
  const policies::Registry& registry_;
  PointPlace place_, next_;
  bool ok_ = true;
};

/// One run of a point.
struct PointRun {
  std::shared_ptr<const Plan> plan;
  const scenarios::ResolvedStack* stack = nullptr;
  std::uint64_t seed = 0;
  PointPlace place{};
};

/// How many seeds a point gets beyond those of its plan: those that follow the largest. By scenario
/// and point.
using MoreSeeds = std::map<std::pair<std::string, std::string>, std::size_t>;

/// The runs of all points: by point, then stack, then seed.
class RunCursor {
 public:
  /// `more` outlives it.
  RunCursor(const std::vector<Plan>& plans, const RunOptions& options,
            const policies::Registry& registry, const MoreSeeds& more = kNoMore)
      : points_(plans, options, registry), more_(more) {}
  std::optional<PointRun> next();
  bool ok() const { return points_.ok(); }

 private:
  static const MoreSeeds kNoMore;
  PointCursor points_;
  const MoreSeeds& more_;
  std::shared_ptr<const Plan> plan_;
  std::vector<std::uint64_t> seeds_;  ///< of the point
  std::size_t stack_ = 0, seed_ = 0;  ///< what comes next
};

}  // namespace fencelab::cli
