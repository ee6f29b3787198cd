#include "core/fifo.hpp"

#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

void Doorbell::ring() {
  note(Access::write, true);
  rung_at_ = simulation().now();
  if (!head_) rung_ = true;
  while (head_) satisfy(*head_);
}

GateIndex Doorbell::describe_release(WaitGraphBuilder& builder, const WaitLink&) const {
  return describe_ ? describe_(builder) : builder.environment("doorbell", id());
}

}  // namespace fencelab::core
