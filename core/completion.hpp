// Completion: a one-shot event that a known process completes (thread join, worker hand-shake).
#pragma once

#include <string>

#include "core/wait_graph_builder.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

class Completion final : public Waitable {
 public:
  /// `provider` will complete it; nullptr if not known yet (set it before anybody waits).
  /// `order_class`: what it is for, where the name says which one it is; the name if empty.
  Completion(Simulation& simulation, std::string name, Process* provider = nullptr,
             std::string_view order_class = {})
      : Waitable(simulation), name_(std::move(name)), provider_(provider) {
    order_class_ = simulation.order_classes().intern(OrderKind::completion,
                                                     order_class.empty() ? name_ : order_class);
  }

  void set_provider(Process* provider) { provider_ = provider; }
  bool is_complete() const {
    note(Access::test, complete_, complete_);
    return complete_;
  }
  /// Releases everybody, now and later.
  void complete() {
    note(Access::signal, !complete_);
    complete_ = true;
    simulation().emit(ProbeKind::completed, id(), 0, 0, this);
    if (completed_at_ == kNever) completed_at_ = simulation().now();
    while (head_) satisfy(*head_);
  }
  SingleWait wait(WaitReason reason) { return {*this, 0, {.reason = reason}}; }
  SingleWait wait(const WaitOptions& options) { return {*this, 0, options}; }

  bool satisfied(std::uint64_t) const override { return complete_; }
  Time opened_at(std::uint64_t) const override { return completed_at_; }
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink&) const override {
    return builder.all_of({builder.process(provider_)}, describe(), id());
  }
  std::string describe() const override { return name_; }
  bool hash_state(std::uint64_t& hash) const override {
    hash = complete_ ? 1 + simulation().hash_of(completed_at_) : 0;
    return true;
  }
  OrderClassId order_class() const override { return order_class_; }

 private:
  std::string name_;
  Process* provider_;
  bool complete_ = false;
  OrderClassId order_class_;
  Time completed_at_ = kNever;
};

}  // namespace fencelab::core
