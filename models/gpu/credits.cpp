#include "models/gpu/credits.hpp"

#include <algorithm>

namespace fencelab::models {

// Asking and giving back commute unless somebody is overtaken: a credit that comes back goes to
// whoever is first, there or not yet there.
bool Credits::claim(std::uint64_t key) {
  const bool got = head_ == nullptr && free_ > 0;
  note(core::Access::claim, got, rank(key), tail_ != nullptr && tail_->value > key);
  if (!got) return false;
  --free_;
  ++granted_;
  return true;
}

// The n-th grant needs as many credits given back as n exceeds what there are.
std::optional<std::uint64_t> Credits::gate_passed(std::uint64_t) const {
  if (granted_ <= capacity_) return std::nullopt;
  return granted_ - capacity_;
}

core::Time Credits::opened_at(std::uint64_t key) const {
  const auto gate = gate_passed(key);
  return gate ? given_back_at_[*gate - 1] : core::Time{};
}

bool Credits::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(free_, std::max<std::uint64_t>(granted_, capacity_));
  std::uint64_t sum = 0;
  for (const Job* job : holders_) sum += core::mix_hash(1, core::raw(job->id()));
  hash = core::mix_hash(hash, sum);
  for (const core::WaitLink* link = head_; link; link = link->next)
    hash = core::mix_hash(core::mix_hash(hash, core::raw(link->process->id)), link->value);
  return true;
}

void Credits::add_waiter(core::WaitLink& link) {
  core::WaitLink* after = tail_;
  while (after && after->value > link.value) after = after->previous;
  insert_before(link, after ? after->next : head_);
}

void Credits::release(Job& job) {
  const auto found = std::find(holders_.begin(), holders_.end(), &job);
  if (found == holders_.end()) return;
  note(core::Access::give_back, true, ++given_back_, head_ ? 1 + rank(head_->value) : 0);
  if (simulation().untimed()) given_back_at_.push_back(simulation().now());
  holders_.erase(found);
  if (head_) {
    ++granted_;
    satisfy(*head_);
  } else {
    ++free_;
  }
}

core::GateIndex Credits::describe_turn(core::WaitGraphBuilder& builder) const {
  return builder.once(this, 0, [&] {
    if (free_ > 0) return builder.environment(describe(), id());
    std::vector<core::GateIndex> inputs;
    for (const Job* job : holders_) inputs.push_back(job->describe_finish(builder));
    return builder.any_of(std::move(inputs), describe(), id());
  });
}

}  // namespace fencelab::models
