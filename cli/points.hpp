// The scenario points of a command, one after another: those of a sweep are loaded when their turn
// comes, so that any number of them takes no memory.
#pragma once

#include <memory>
#include <vector>

#include "cli/plan.hpp"

namespace fencelab::cli {

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

 private:
  const std::vector<Plan>& plans_;
  const RunOptions& options_;
  const policies::Registry& registry_;
  std::size_t plan_ = 0;
  std::uint64_t combination_ = 0;
  bool ok_ = true;
};

/// One run of a point.
struct PointRun {
  std::shared_ptr<const Plan> plan;
  const scenarios::ResolvedStack* stack = nullptr;
  std::uint64_t seed = 0;
};

/// The runs of all points: by point, then stack, then seed.
class RunCursor {
 public:
  RunCursor(const std::vector<Plan>& plans, const RunOptions& options,
            const policies::Registry& registry)
      : points_(plans, options, registry) {}
  std::optional<PointRun> next();
  bool ok() const { return points_.ok(); }

 private:
  PointCursor points_;
  std::shared_ptr<const Plan> plan_;
  std::size_t stack_ = 0, seed_ = 0;
};

}  // namespace fencelab::cli
