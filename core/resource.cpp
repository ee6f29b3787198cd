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
  });
  std::vector<GateIndex> gates;
  for (const WaitLink* ahead = head_; ahead && ahead != &link; ahead = ahead->next)
    gates.push_back(builder.process(ahead->process));
  gates.push_back(builder.units(pool, link.value,
                                fmt::format("{}: needs {}, free {}", name_, link.value, free_), id()));
  return builder.all_of(std::move(gates), describe(), id());
}

}  // namespace fencelab::core
