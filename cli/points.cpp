#include "cli/points.hpp"

namespace fencelab::cli {

std::shared_ptr<const Plan> PointCursor::next() {
  while (plan_ < plans_.size()) {
    const Plan& base = plans_[plan_];
    const scenarios::Sweep& sweep = base.scenario.sweep;
    if (sweep.empty()) {
      ++plan_;
      return {std::shared_ptr<const Plan>(), &base};  // owned by who made the cursor
    }
    if (combination_ == sweep.combinations()) {
      ++plan_;
      combination_ = 0;
      continue;
    }
    const auto point = sweep.point(combination_++);
    if (!point || (!options_.point.empty() && point->name() != options_.point)) continue;
    auto plan = plan_of_point(base, *point, options_, options_.oracle, registry_);
    if (plan) return std::make_shared<const Plan>(std::move(*plan));
    ok_ = false;
  }
  return nullptr;
}

std::optional<PointRun> RunCursor::next() {
  for (;;) {
    if (plan_ && stack_ < plan_->stacks.size() && seed_ < plan_->seeds.size())
      return PointRun{plan_, &plan_->stacks[stack_], plan_->seeds[seed_++]};
    if (plan_ && stack_ + 1 < plan_->stacks.size()) {
      ++stack_;
      seed_ = 0;
      continue;
    }
    plan_ = points_.next();
    stack_ = seed_ = 0;
    if (!plan_) return std::nullopt;
  }
}

}  // namespace fencelab::cli
