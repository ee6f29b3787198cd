#include "models/gpu/fair_order.hpp"

#include <algorithm>

namespace fencelab::models {

using core::Duration;

void JobTimeAverage::add(Duration job) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(job).count();
  const std::int64_t value = us << kPrecision;
  sum_ = sum_ == 0 ? value : ((sum_ << kWeight) - sum_ + value) >> kWeight;
}

void FairOrder::insert(FairShare& share) {
  const auto place =
      std::upper_bound(entities_.begin(), entities_.end(), share.virtual_,
                       [](Duration at, const FairShare* other) { return at < other->virtual_; });
  entities_.insert(place, &share);
}

// drm_sched_entity_restore_vruntime(). Who left from the head of the queue has nothing to come back
// with: then priorities decide, and among equals the shorter jobs.
void FairOrder::join(FairShare& share, SchedLevel level) {
  share.level_ = level;
  const FairShare* const first = entities_.empty() ? nullptr : entities_.front();
  if (first && share.virtual_ == Duration{}) {
    const std::int64_t own = share.average_.microseconds(), all = average_.microseconds();
    const int behind = static_cast<int>(level) - static_cast<int>(first->level_);
    if (behind > 0)
      share.virtual_ =
          std::chrono::microseconds((1 + own + all) << kShifts[static_cast<std::size_t>(level)]);
    else if (behind < 0)
      share.virtual_ = Duration(behind);
    else
      share.virtual_ = Duration(own <= all ? -1 : 1);
  }
  if (first) share.virtual_ += first->virtual_;
  insert(share);
}

// drm_sched_entity_update_vruntime().
void FairOrder::taken(FairShare& share, SchedLevel level) {
  remove(share);
  share.level_ = level;
  const Duration since = share.ran_ - share.counted_;
  share.counted_ = share.ran_;
  share.virtual_ += since * (1 << kShifts[static_cast<std::size_t>(level)]);
  insert(share);
}

// drm_sched_entity_save_vruntime().
void FairOrder::leave(FairShare& share) {
  remove(share);
  const Duration first = entities_.empty() ? Duration{} : entities_.front()->virtual_;
  const bool is_ahead = first != Duration{} && share.virtual_ > first;
  share.virtual_ = is_ahead ? share.virtual_ - first : Duration{};
}

void FairOrder::ran(FairShare& share, Duration time) {
  share.ran_ += time;
  share.average_.add(time);
  average_.add(time);
}

}  // namespace fencelab::models
