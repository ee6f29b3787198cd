#include "core/resource.hpp"

#include <fmt/format.h>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

bool CountedResource::try_acquire(std::uint64_t units) {
  FENCELAB_ASSERT(units <= capacity_, "{}: {} of {} units", name_, units, capacity_);
  if (head_ || units > free_) return false;
  free_ -= units;
  return true;
}

void CountedResource::release(std::uint64_t units) {
  FENCELAB_ASSERT(free_ + units <= capacity_, "{}: {} + {} > {}", name_, free_, units, capacity_);
  free_ += units;
  grant();
}

void CountedResource::grant() {
  while (head_ && head_->value <= free_) {
    free_ -= head_->value;
    satisfy(*head_);
  }
}

void CountedResource::remove_waiter(WaitLink& link) {
  unlink(link);
  grant();
}

// FIFO admission without asking that those ahead be live: the request fits once all units up to and
// including it are there, and whoever is ahead gives its own back when it is done.
GateIndex CountedResource::describe_release(WaitGraphBuilder& builder, const WaitLink& link) const {
  const PoolIndex pool = builder.pool_once(this, [&](WaitPool& description) {
    description.name = name_;
    description.object = id();
    description.free = free_;
    if (describe_holdings_) {
      describe_holdings_(builder, description);
    } else if (free_ < capacity_) {
      description.holdings.push_back(
          {kNoIndex, builder.environment("units in use"), capacity_ - free_});
    }
    for (const WaitLink* queued = head_; queued; queued = queued->next)
      description.holdings.push_back({builder.agent_of(*queued->process), kNoIndex, queued->value});
  });
  std::uint64_t amount = 0;
  for (const WaitLink* ahead = head_; ahead; ahead = ahead->next) {
    amount += ahead->value;
    if (ahead == &link) break;
  }
  return builder.units(pool, amount, fmt::format("{}: needs {}, free {}", name_, link.value, free_),
                       id());
}

}  // namespace fencelab::core
