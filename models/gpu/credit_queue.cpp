#include "models/gpu/credit_queue.hpp"

#include <algorithm>

namespace fencelab::models {

// Asking and giving back commute unless somebody is overtaken: a credit that comes back goes to
// whoever is first, there or not yet there. Whoever asked before, with a lower rank, and had to
// have a credit that was given back would be overtaken if it came back later, though he may not
// wait now. And if somebody waits for several there may be enough for who comes before him.
bool CreditQueue::claim(std::uint64_t key) {
  const bool is_first = head_ == nullptr || place(key) < place(head_->value);
  const bool got = is_first && free_ >= credits(key);
  if (changes_places_) all_cell_.write();
  note(core::Access::claim, got, rank(key), lowest_ < rank(key));
  if (got) grant(credits(key));
  if (!got || granted_ > capacity_) lowest_ = std::min(lowest_, rank(key));
  return got;
}

void CreditQueue::grant(std::uint32_t credits) {
  free_ -= credits;
  granted_ += credits;
}

// The n-th grant needs as many credits given back as n exceeds what there are.
std::optional<std::uint64_t> CreditQueue::gate_passed(std::uint64_t) const {
  if (changes_places_ || granted_ <= capacity_) return std::nullopt;
  return granted_ - capacity_;
}

core::Time CreditQueue::opened_at(std::uint64_t key) const {
  const auto gate = gate_passed(key);
  return gate ? given_back_at_[*gate - 1] : core::Time{};
}

bool CreditQueue::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(free_, std::max<std::uint64_t>(granted_, capacity_));
  for (const core::WaitLink* link = head_; link; link = link->next)
    hash = core::mix_hash(core::mix_hash(hash, core::raw(link->process->id)), link->value);
  return true;
}

void CreditQueue::add_waiter(core::WaitLink& link) {
  core::WaitLink* after = tail_;
  while (after && place(after->value) > place(link.value)) after = after->previous;
  insert_before(link, after ? after->next : head_);
}

void CreditQueue::move_to(const core::Process& waiter, std::uint64_t key) {
  core::WaitLink* link = head_;
  while (link && link->process != &waiter) link = link->next;
  if (!link) return;
  all_cell_.write();
  unlink(*link);
  link->value = key;
  add_waiter(*link);
  serve();
}

void CreditQueue::serve() {
  while (head_ && free_ >= credits(head_->value)) {
    grant(credits(head_->value));
    satisfy(*head_);
  }
}

void CreditQueue::give_back(std::uint32_t credits) {
  if (changes_places_) all_cell_.write();
  for (std::uint32_t i = 0; i < credits; ++i) {
    note(core::Access::give_back, true, ++given_back_);
    if (simulation().untimed()) given_back_at_.push_back(simulation().now());
  }
  free_ += credits;
  serve();
}

}  // namespace fencelab::models
