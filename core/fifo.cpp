#include "core/fifo.hpp"

#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

void Doorbell::ring() {
  if (head_) satisfy(*head_);
  else rung_ = true;
}

GateIndex Doorbell::describe_release(WaitGraphBuilder& builder, const WaitLink&) const {
  return builder.environment("doorbell", id());
}

}  // namespace fencelab::core
