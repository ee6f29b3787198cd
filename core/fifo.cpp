#include "core/fifo.hpp"

#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

void Doorbell::ring() {
  note(Access::write, true);
  rung_at_ = simulation().now();
  if (!head_) rung_ = true;
  while (head_) satisfy(*head_);
}

void Doorbell::clear() {
  note(Access::write);
  rung_ = false;
}

void Arrivals::add() {
  ++count_;
  note(Access::advance, true, count_, count_ - 1);
  if (simulation().untimed()) [[unlikely]]
    at_.push_back(simulation().now());
  while (head_ && head_->value <= count_) satisfy(*head_);
}

GateIndex Arrivals::describe_release(WaitGraphBuilder& builder, const WaitLink&) const {
  return builder.environment("work for an idle server", id());
}

GateIndex Doorbell::describe_release(WaitGraphBuilder& builder, const WaitLink&) const {
  return describe_ ? describe_(builder) : builder.environment("doorbell", id());
}

}  // namespace fencelab::core
