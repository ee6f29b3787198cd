#include "core/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

void ValueTimeline::advance(std::uint64_t value) {
  note(Access::advance, value > value_, value, value_);
  if (value <= value_) return;
  value_ = value;
  if (simulation().untimed()) [[unlikely]]
    reached_.push_back({value, simulation().now()});
  simulation().emit(ProbeKind::timeline_advanced, id(), value_, 0, this);
  // Waiters stand in order of threshold, so only those released are looked at.
  while (head_ != nullptr && head_->value <= value_) satisfy(*head_);
  while (!watchers_.empty() && watchers_.begin()->first <= value_) {
    Doorbell* const bell = watchers_.begin()->second;
    watchers_.erase(watchers_.begin());
    bell->ring();
  }
}

Time ValueTimeline::opened_at(std::uint64_t value) const {
  const auto found = std::lower_bound(
      reached_.begin(), reached_.end(), value,
      [](const Reached& reached, std::uint64_t wanted) { return reached.value < wanted; });
  return found == reached_.end() ? Time{} : found->at;
}

void ValueTimeline::add_waiter(WaitLink& link) {
  // Thresholds mostly rise: look for the place from the end. Equal thresholds stay in order.
  WaitLink* after = tail_;
  while (after != nullptr && after->value > link.value) after = after->previous;
  insert_before(link, after ? after->next : head_);
}

void ValueTimeline::remove_producer(ValueProducer& producer) {
  const auto found = std::find(producers_.begin(), producers_.end(), &producer);
  if (found != producers_.end()) producers_.erase(found);
}

GateIndex ValueTimeline::describe_release(WaitGraphBuilder& builder, const WaitLink& link) const {
  return describe_release(builder, link.value);
}

GateIndex ValueTimeline::describe_release(WaitGraphBuilder& builder, std::uint64_t value) const {
  return builder.once(this, value, [&] {
    const std::string label = fmt::format("value {} >= {} (now {})", name_, value, value_);
    if (value_ >= value) return builder.environment(label, id());
    std::vector<GateIndex> producers;
    for (const ValueProducer* producer : producers_)
      if (producer->reachable(*this) >= value)
        producers.push_back(producer->describe_release(builder, *this, value));
    if (producers.empty()) return builder.nobody(label + ", nobody will write it", id());
    return builder.any_of(std::move(producers), label, id());
  });
}

std::string ValueTimeline::describe() const { return "value fence " + name_; }

}  // namespace fencelab::core
