#include "models/gpu/credits.hpp"

#include <algorithm>

namespace fencelab::models {

// Over-sized jobs are cut down to what there is (drm_sched_job_init(), drm_sched_can_queue()).
std::uint32_t Credits::cost_of(const Job& job) const { return std::min(job.credits, capacity_); }

// Where schedules are explored time says nothing: those of equal priority are served in the order
// in which they come, of which every one is tried.
std::uint64_t Credits::key(const CreditRequest& request) const {
  constexpr std::int64_t kZero = 1 << 10;  // priorities are -1023 to 1023
  constexpr std::int64_t kLatest = (std::int64_t{1} << kTimeBits) - 1;
  const bool timed = !simulation().untimed();
  std::uint64_t place = 0;
  if (order_ == RunQueueOrder::fair) {
    const std::int64_t middle = std::int64_t{1} << (63 - kCreditBits);
    const std::int64_t time = timed ? request.share->virtual_time().count() : 0;
    place = static_cast<std::uint64_t>(middle + std::clamp(time, -middle, middle - 1));
  } else {
    const bool by_time = timed && order_ == RunQueueOrder::fifo;
    const std::int64_t time = by_time ? request.submitted.time_since_epoch().count() : 0;
    place = static_cast<std::uint64_t>((kZero - request.priority) << kTimeBits |
                                       std::min(time, kLatest));
  }
  return place << kCreditBits | request.credits;
}

// Asking and giving back commute unless somebody is overtaken: a credit that comes back goes to
// whoever is first, there or not yet there. Of jobs that take several that is not said.
bool Credits::claim(std::uint64_t key) {
  const bool got = head_ == nullptr && free_ >= credits(key);
  in_bulk_ |= credits(key) > 1;
  if (in_bulk_) all_cell_.write();
  note(core::Access::claim, got, rank(key), tail_ != nullptr && rank(tail_->value) < rank(key));
  if (got) grant(credits(key));
  return got;
}

void Credits::grant(std::uint32_t credits) {
  free_ -= credits;
  granted_ += credits;
}

// The n-th grant needs as many credits given back as n exceeds what there are.
std::optional<std::uint64_t> Credits::gate_passed(std::uint64_t) const {
  if (in_bulk_ || granted_ <= capacity_) return std::nullopt;
  return granted_ - capacity_;
}

core::Time Credits::opened_at(std::uint64_t key) const {
  const auto gate = gate_passed(key);
  return gate ? given_back_at_[*gate - 1] : core::Time{};
}

bool Credits::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(free_, std::max<std::uint64_t>(granted_, capacity_));
  std::uint64_t sum = 0;
  for (const Holder& holder : holders_) sum += core::mix_hash(1, core::raw(holder.job->id()));
  hash = core::mix_hash(hash, sum);
  for (const core::WaitLink* link = head_; link; link = link->next)
    hash = core::mix_hash(core::mix_hash(hash, core::raw(link->process->id)), link->value);
  return true;
}

void Credits::add_waiter(core::WaitLink& link) {
  core::WaitLink* after = tail_;
  while (after && place(after->value) > place(link.value)) after = after->previous;
  insert_before(link, after ? after->next : head_);
}

void Credits::rerank(const core::Process& waiter, const CreditRequest& request) {
  core::WaitLink* link = head_;
  while (link && link->process != &waiter) link = link->next;
  if (!link) return;
  all_cell_.write();
  unlink(*link);
  link->value = key(request);
  add_waiter(*link);
  serve();
}

void Credits::serve() {
  while (head_ && free_ >= credits(head_->value)) {
    grant(credits(head_->value));
    satisfy(*head_);
  }
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
  if (in_bulk_) all_cell_.write();
  for (std::uint32_t i = 0; i < held.credits; ++i) {
    note(core::Access::give_back, true, ++given_back_, head_ ? 1 + rank(head_->value) : 0);
    if (simulation().untimed()) given_back_at_.push_back(now);
  }
  free_ += held.credits;
  serve();
}

// Who waits first decides for all behind. A holder may give back more than one credit: what is
// missing is counted in holders that give the least, so that nobody is called stuck who is not.
core::GateIndex Credits::describe_turn(core::WaitGraphBuilder& builder) const {
  return builder.once(this, 0, [&] {
    const std::uint32_t needed = head_ ? credits(head_->value) : 1;
    if (free_ >= needed) return builder.environment(describe(), id());
    std::vector<core::GateIndex> inputs;
    std::vector<std::uint32_t> costs;
    for (const Holder& holder : holders_) {
      inputs.push_back(holder.job->describe_finish(builder));
      costs.push_back(holder.credits);
    }
    std::sort(costs.rbegin(), costs.rend());
    std::uint32_t enough = 0, free = free_;
    while (enough < costs.size() && free < needed) free += costs[enough++];
    if (enough == 1) return builder.any_of(std::move(inputs), describe(), id());
    return builder.k_of(enough, std::move(inputs), describe(), id());
  });
}

}  // namespace fencelab::models
