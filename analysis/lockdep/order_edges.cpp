// OrderWatch: how events become edges.
#include "analysis/lockdep/order_watch.hpp"
#include "core/completion.hpp"
#include "core/fence.hpp"
#include "core/timeline.hpp"

namespace fencelab::analysis {

using core::OrderClassId;
using core::OrderKind;
using core::Process;

namespace {

bool is_lock(OrderKind kind) { return kind == OrderKind::lock || kind == OrderKind::ww_lock; }

/// Orders that are no orders.
bool exempt(const HeldEntry& held, OrderClassId order_class, OrderKind kind, std::uint64_t ticket) {
  // One ww transaction backs off rather than deadlock with another one.
  if (held.kind == OrderKind::ww_lock && kind == OrderKind::ww_lock && ticket != 0 &&
      held.ticket == ticket)
    return true;
  // Reclaim does not recurse (PF_MEMALLOC), and a notifier may run within a notifier's reclaim only
  // if it allocates, which is an edge of its own.
  return held.kind == OrderKind::reclaim && held.order_class == order_class;
}

}  // namespace

EdgeWitness OrderWatch::witness(const Process& process, const ProcessState& by,
                                const Target& target, std::size_t from) const {
  EdgeWitness seen;
  seen.process = process.id;
  seen.process_name = process.spec.name;
  seen.doing = process.doing;
  seen.at = simulation_.now();
  seen.place = process.place;
  if (target.object) {
    seen.object = target.object->id();
    seen.object_label = target.object->describe();
  } else {
    seen.object_label = simulation_.order_classes().at(target.order_class).name;
  }
  for (const HeldEntry& held : by.held.entries())
    seen.held.push_back(
        {held.order_class, held.object,
         held.lock ? held.lock->describe() : simulation_.order_classes().at(held.order_class).name,
         held.mode, held.since, held.place, held.by_trylock});
  seen.from = from;
  return seen;
}

void OrderWatch::note_asked(ProcessState& by, const Process& process, const Target& target) {
  const core::ObjectId object = target.object ? target.object->id() : core::kNoObject;
  by.recovering = false;
  const Asked now{target.order_class, ++asks_, object, simulation_.now(), process.place};
  for (Asked& known : by.asked) {
    ++work_.steps;
    if (known.order_class != target.order_class) continue;
    known = now;
    return;
  }
  by.asked.push_back(now);
}

// One look-up for a combination that was seen before; edges are made for new ones only.
void OrderWatch::ask(const Process& process, ProcessState& by, const Target& target) {
  note_asked(by, process, target);
  if (by.held.empty()) return;
  check_context(process, by, target);
  ++work_.steps;
  const std::uint64_t instance = target.per_instance ? core::raw(target.object->id()) : 0;
  const auto how = static_cast<std::uint64_t>(target.mode) << 2 |
                   std::uint64_t{target.ticket != 0} << 1 |
                   (target.ticket == by.held.entries().back().ticket);
  const std::uint64_t key =
      mix_hash(mix_hash(by.held.hash(), instance << 8 | how), core::raw(target.order_class));
  const std::uint32_t* known = graph_.find_chain(key);
  if (!known) return new_chain(process, by, target, key);
  if (*known == OrderGraph::kNoChain) return;
  Chain& chain = graph_.chain(*known);
  ++chain.count;
  chain.last_region = by.clock.regions;
}

void OrderWatch::new_chain(const Process& process, ProcessState& by, const Target& target,
                           std::uint64_t key) {
  std::uint32_t index = OrderGraph::kNoChain;
  const auto& entries = by.held.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const HeldEntry& held = entries[i];
    ++work_.steps;
    if (exempt(held, target.order_class, target.kind, target.ticket)) continue;
    OrderEdge& edge =
        graph_.edge(held.order_class, target.order_class, held.mode != core::LockMode::exclusive,
                    target.mode == core::LockMode::recursive_read, EdgeOrigin::held);
    const bool nested = held.order_class == target.order_class;
    if (edge.chains.empty())
      edge.seen.witness = witness(process, by, target, i);
    else if (nested && edge.others.size() < OrderEdge::kOthersMax)
      edge.others.push_back(witness(process, by, target, i));
    if (index == OrderGraph::kNoChain) {
      Chain chain{process.id, {}, by.clock.actor, by.clock.at_start(), by.clock.regions, 1};
      for (const HeldEntry& other : entries)
        if (other.lock)
          chain.locks.push_back({other.object, other.mode == core::LockMode::exclusive});
      index = graph_.add_chain(std::move(chain));
    }
    edge.chains.emplace_back(index, held.object);
  }
  graph_.remember_chain(key, index);
}

// Whoever brings something about has needed, on its way, all it asked for since the last time.
void OrderWatch::fulfil(const Process& process, ProcessState& by, OrderClassId duty) {
  std::uint64_t since = 0;
  Fulfilled* last = nullptr;
  for (Fulfilled& known : by.fulfilled)
    if (known.order_class == duty) last = &known;
  if (last) since = last->number;
  for (const Asked& asked : by.asked) {
    ++work_.steps;
    if (asked.number <= since || asked.order_class == duty) continue;
    OrderEdge& edge = graph_.edge(duty, asked.order_class, false, false, EdgeOrigin::duty);
    if (edge.seen.count++ > 0) continue;
    edge.seen.witness = witness(process, by, {asked.order_class, kind_of(asked.order_class)}, 0);
    edge.seen.witness.at = asked.at;
    edge.seen.witness.place = asked.place;
    edge.seen.witness.object = asked.object;
    edge.seen.witness.held.clear();
  }
  if (last)
    last->number = asks_;
  else
    by.fulfilled.push_back({duty, asks_});
}

// A kernel fence that is signaled outside of a section: what its signaller holds, and took when the
// fence was there already, stood before it. What is unbounded stands behind all its signaller did.
// Whoever forces a fence because it waited too long is not who was to signal it.
void OrderWatch::on_signal(const core::ProbeEvent& event) {
  const Process* process = simulation_.current();
  if (!process) return;
  ProcessState& by = state(process->id);
  causality_.send(by.clock, event.object,
                  event.kind == core::ProbeKind::timeline_advanced ? event.a : 0);
  const auto* object =
      event.kind == core::ProbeKind::fence_signaled
          ? static_cast<const core::Waitable*>(static_cast<const core::DmaFence*>(event.subject))
      : event.kind == core::ProbeKind::timeline_advanced
          ? static_cast<const core::Waitable*>(
                static_cast<const core::ValueTimeline*>(event.subject))
          : static_cast<const core::Completion*>(event.subject);
  const OrderClassId order_class = joined(object->order_class());
  if (!core::is_class(order_class) || by.recovering) return;
  if (const HeldEntry* queue = by.held.ordered_queue())
    stand_behind(*process, by, order_class, *queue);
  if (kind_of(order_class) != OrderKind::fence) return fulfil(*process, by, order_class);
  if (by.held.empty() || by.held.inside(order_class)) return;
  for (const HeldEntry& held : by.held.entries()) {
    ++work_.steps;
    if (!is_lock(held.kind) || core::raw(event.object) > core::raw(held.newest_fence)) continue;
    const bool to_recursive = held.mode == core::LockMode::recursive_read;
    OrderEdge& edge =
        graph_.edge(order_class, held.order_class, false, to_recursive, EdgeOrigin::duty);
    if (edge.seen.count++ > 0) continue;
    edge.seen.witness = witness(*process, by, {held.order_class, held.kind, held.lock}, 0);
    edge.seen.witness.at = held.since;
    edge.seen.witness.place = held.place;
  }
}

// What an item of an ordered work queue brings about stands behind all items before it.
void OrderWatch::stand_behind(const Process& process, ProcessState& by, OrderClassId duty,
                              const HeldEntry& queue) {
  OrderEdge& edge = graph_.edge(duty, queue.order_class, false, false, EdgeOrigin::duty);
  if (edge.seen.count++ > 0) return;
  edge.seen.witness = witness(process, by, {queue.order_class, queue.kind}, 0);
}

// Fences depend on fences that were there before them: no order of classes follows from it alone.
void OrderWatch::on_dependency(const core::FenceDependency& dependency) {
  const OrderClassId from = joined(dependency.fence->order_class()),
                     to = joined(dependency.on->order_class());
  if (to == core::kOrderOfMembers) {
    std::vector<core::FencePtr> leaves;
    static_cast<core::DmaFence&>(const_cast<core::Waitable&>(*dependency.on)).leaves(leaves);
    for (const core::FencePtr& leaf : leaves)
      if (!leaf->is_container()) on_dependency({dependency.fence, leaf.get()});
    return;
  }
  if (!core::is_class(from) || !core::is_class(to) || from == to) return;
  OrderEdge& edge = graph_.edge(from, to, false, false, EdgeOrigin::dependency);
  if (edge.seen.count++ > 0) return;
  if (const Process* process = simulation_.current())
    edge.seen.witness = witness(*process, state(process->id), {to, kind_of(to), dependency.on}, 0);
  edge.seen.witness.held.clear();
  edge.seen.witness.words = dependency.fence->describe() + " was promised before it";
}

void OrderWatch::add_finding(std::string rule, OrderClassId order_class, EdgeWitness seen) {
  const core::OrderClasses::Info& info = simulation_.order_classes().at(order_class);
  Prediction finding;
  finding.rule = std::move(rule);
  finding.cycle.push_back({info.kind, info.name});
  PredictedEdge edge;
  edge.count = 1;
  edge.witness = std::move(seen);
  finding.edges.push_back(std::move(edge));
  for (const Prediction& known : findings_)
    if (known.rule == finding.rule && known.cycle.front().name == info.name) return;
  findings_.push_back(std::move(finding));
}

}  // namespace fencelab::analysis
