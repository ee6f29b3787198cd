#include "cli/points.hpp"

#include <algorithm>

namespace fencelab::cli {

std::shared_ptr<const Plan> load_point(const std::vector<Plan>& plans, const PointPlace& place,
                                       const RunOptions& options,
                                       const policies::Registry& registry, bool& ok) {
  const Plan& base = plans.at(place.plan);
  const scenarios::Sweep& sweep = base.scenario.sweep;
  if (sweep.empty()) return {std::shared_ptr<const Plan>(), &base};  // owned by who asks
  const auto point = sweep.point(place.combination);
  if (!point || (!options.point.empty() && point->name() != options.point)) return nullptr;
  auto plan = plan_of_point(base, *point, options, options.oracle, registry);
  if (plan) return std::make_shared<const Plan>(std::move(*plan));
  ok = false;
  return nullptr;
}

std::shared_ptr<const Plan> PointCursor::next() {
  while (next_.plan < plans_.size()) {
    const scenarios::Sweep& sweep = plans_[next_.plan].scenario.sweep;
    place_ = next_;
    const std::uint64_t combinations = sweep.empty() ? 1 : sweep.combinations();
    if (++next_.combination >= combinations) next_ = {next_.plan + 1, 0};
    if (place_.combination >= combinations) continue;
    if (auto plan = load_point(plans_, place_, options_, registry_, ok_)) return plan;
  }
  return nullptr;
}

const MoreSeeds RunCursor::kNoMore;

std::optional<PointRun> RunCursor::next() {
  for (;;) {
    if (plan_ && stack_ < plan_->stacks.size() && seed_ < seeds_.size())
      return PointRun{plan_, &plan_->stacks[stack_], seeds_[seed_++], points_.place()};
    if (plan_ && stack_ + 1 < plan_->stacks.size()) {
      ++stack_;
      seed_ = 0;
      continue;
    }
    plan_ = points_.next();
    stack_ = seed_ = 0;
    if (!plan_) return std::nullopt;
    seeds_ = plan_->seeds;
    const auto more = more_.find({plan_->scenario.name, plan_->point});
    for (std::size_t i = 0; more != more_.end() && i < more->second; ++i)
      seeds_.push_back(*std::max_element(seeds_.begin(), seeds_.end()) + 1);
  }
}

}  // namespace fencelab::cli
