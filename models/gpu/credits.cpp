#include "models/gpu/credits.hpp"

#include <algorithm>

namespace fencelab::models {

// Over-sized jobs are cut down to what there is (drm_sched_job_init(), drm_sched_can_queue()).
std::uint32_t Credits::cost_of(const Job& job) const { return std::min(job.credits, capacity()); }

// Where schedules are explored time says nothing: those of equal priority are served in the order
// in which they come, of which every one is tried.
std::uint64_t Credits::key(const CreditRequest& request) const {
  constexpr std::int64_t kLatest = (std::int64_t{1} << kTimeBits) - 1;
  const bool timed = !simulation().untimed();
  if (order_ == RunQueueOrder::fair) {
    const std::int64_t middle = std::int64_t{1} << (63 - kCreditBits);
    const std::int64_t time = timed ? request.share->virtual_time().count() : 0;
    return CreditQueue::key(
        static_cast<std::uint64_t>(middle + std::clamp(time, -middle, middle - 1)),
        request.credits);
  }
  const bool by_time = timed && order_ == RunQueueOrder::fifo;
  const std::int64_t time = by_time ? request.submitted.time_since_epoch().count() : 0;
  return CreditQueue::key(
      place_of(request.priority, static_cast<std::uint64_t>(std::min(time, kLatest))),
      request.credits);
}

bool Credits::hash_state(std::uint64_t& hash) const {
  CreditQueue::hash_state(hash);
  std::uint64_t sum = 0;
  for (const Holder& holder : holders_) sum += core::mix_hash(1, core::raw(holder.job->id()));
  hash = core::mix_hash(hash, sum);
  return true;
}

void Credits::holds(Job& job, FairShare* share) {
  holders_.push_back({&job, cost_of(job), simulation().now(), share});
}

// What a job was on the GPU is the time from when it was handed over, or from when the one before
// it was done (drm_sched_get_finished_job()).
void Credits::release(Job& job) {
  const auto found = std::find_if(holders_.begin(), holders_.end(),
                                  [&](const Holder& holder) { return holder.job == &job; });
  if (found == holders_.end()) return;
  const Holder held = *found;
  holders_.erase(found);
  const core::Time now = simulation().now();
  if (held.share && fair()) fair_.ran(*held.share, now - std::max(held.since, last_finish_));
  last_finish_ = now;
  give_back(held.credits);
}

// Who waits first decides for all behind. A holder may give back more than one credit: what is
// missing is counted in holders that give the least, so that nobody is called stuck who is not.
core::GateIndex Credits::describe_turn(core::WaitGraphBuilder& builder) const {
  return builder.once(this, 0, [&] {
    const std::uint32_t needed = wanted();
    if (free() >= needed) return builder.environment(describe(), id());
    std::vector<core::GateIndex> inputs;
    std::vector<std::uint32_t> costs;
    for (const Holder& holder : holders_) {
      inputs.push_back(holder.job->describe_finish(builder));
      costs.push_back(holder.credits);
    }
    std::sort(costs.rbegin(), costs.rend());
    std::uint32_t enough = 0, there = free();
    while (enough < costs.size() && there < needed) there += costs[enough++];
    if (enough == 1) return builder.any_of(std::move(inputs), describe(), id());
    return builder.k_of(enough, std::move(inputs), describe(), id());
  });
}

}  // namespace fencelab::models
