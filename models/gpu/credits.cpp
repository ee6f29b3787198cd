#include "models/gpu/credits.hpp"

#include <algorithm>

namespace fencelab::models {

bool Credits::try_take() {
  if (head_ || free_ == 0) return false;
  --free_;
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
  note(core::Access::ww_release);
  holders_.erase(found);
  if (head_)
    satisfy(*head_);
  else
    ++free_;
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
