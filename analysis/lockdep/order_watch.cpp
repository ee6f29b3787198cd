#include "analysis/lockdep/order_watch.hpp"

#include "analysis/lockdep/contract.hpp"
#include "core/fence.hpp"

namespace fencelab::analysis {

using core::OrderClassId;
using core::OrderKind;
using core::ProbeEvent;
using core::ProbeKind;
using core::Process;
using core::ScopeKind;

OrderWatch::OrderWatch(core::Simulation& simulation, FenceClasses fences)
    : simulation_(simulation) {
  core::OrderClasses& classes = simulation.order_classes();
  for (const ContractRule& rule : contract()) {
    if (!rule.from_name.empty()) classes.intern(rule.from, rule.from_name);
    if (!rule.to_name.empty()) classes.intern(rule.to, rule.to_name);
  }
  if (fences == FenceClasses::one) every_fence_ = classes.intern(OrderKind::fence, "dma_fence_map");
}

OrderWatch::ProcessState& OrderWatch::state(core::ProcessId id) {
  const std::size_t index = core::raw(id);
  if (index >= states_.size()) states_.resize(index + 1);
  if (!states_[index]) states_[index] = std::make_unique<ProcessState>(mix_hash(1, index));
  return *states_[index];
}

OrderKind OrderWatch::kind_of(OrderClassId id) {
  const std::size_t index = core::raw(id);
  while (kinds_.size() <= index)
    kinds_.push_back(kinds_.empty()
                         ? OrderKind{}
                         : simulation_.order_classes()
                               .at(OrderClassId{static_cast<std::uint32_t>(kinds_.size())})
                               .kind);
  return kinds_[index];
}

OrderClassId OrderWatch::joined(OrderClassId id) {
  if (every_fence_ == core::kNoOrderClass || !core::is_class(id)) return id;
  return kind_of(id) == OrderKind::fence ? every_fence_ : id;
}

void OrderWatch::on_event(const ProbeEvent& event) {
  ++work_.events;
  switch (event.kind) {
    case ProbeKind::lock_asked:
      return on_lock_asked(*static_cast<const core::LockEvent*>(event.subject));
    case ProbeKind::lock_taken:
      return on_lock_taken(*static_cast<const core::LockEvent*>(event.subject), event.at);
    case ProbeKind::lock_released:
      return on_lock_released(*static_cast<const core::LockEvent*>(event.subject));
    case ProbeKind::lock_misused: return on_misuse(event);
    case ProbeKind::wait_asked:
      return on_wait_asked(*static_cast<const core::WaitAsk*>(event.subject));
    case ProbeKind::wait_end: return on_wait_end(*static_cast<const Process*>(event.subject));
    case ProbeKind::scope_entered:
    case ProbeKind::scope_left:
      return on_scope(*static_cast<const core::ScopeEvent*>(event.subject),
                      event.kind == ProbeKind::scope_entered, event.at);
    case ProbeKind::allocation_asked: return on_allocation(event);
    case ProbeKind::might_wait:
      if (const Process* process = simulation_.current()) {
        const OrderClassId order_class = joined(OrderClassId{static_cast<std::uint32_t>(event.b)});
        ask(*process, state(process->id), {order_class, kind_of(order_class)});
      }
      return;
    case ProbeKind::fence_created:
      newest_fence_ = event.object;
      if (event.process != core::kNoProcess)
        causality_.send(state(event.process).clock, event.object);
      return;
    case ProbeKind::completed:
    case ProbeKind::fence_signaled:
    case ProbeKind::timeline_advanced: return on_signal(event);
    case ProbeKind::fence_forced:
      if (event.process != core::kNoProcess) state(event.process).recovering = true;
      return;
    case ProbeKind::fence_published: {
      const OrderClassId order_class =
          joined(static_cast<const core::DmaFence*>(event.subject)->order_class());
      if (!core::is_class(order_class)) return;
      const std::size_t index = core::raw(order_class);
      if (index >= published_.size()) published_.resize(index + 1);
      published_[index] = true;
      return;
    }
    case ProbeKind::fence_depends:
      return on_dependency(*static_cast<const core::FenceDependency*>(event.subject));
    case ProbeKind::process_started: return on_process_started(event);
    case ProbeKind::process_ended: return on_process_ended(event);
    default: return;
  }
}

// ---------------------------------------------------------------- processes

void OrderWatch::on_process_started(const ProbeEvent& event) {
  ProcessState& child = state(core::ProcessId{static_cast<std::uint32_t>(event.a)});
  child.interrupt = event.b == static_cast<std::uint64_t>(core::ProcessRole::interrupt);
  if (event.process != core::kNoProcess) causality_.start(state(event.process).clock, child.clock);
}

// A process that returns to user space, or ends, with a lock held never gives it back
// (lockdep_sys_exit()). A killed one is meant to keep what it held.
void OrderWatch::on_process_ended(const ProbeEvent& event) {
  const core::ProcessId id{static_cast<std::uint32_t>(event.a)};
  ProcessState& ended = state(id);
  if (event.b == 0 && !ended.held.empty())
    for (const Process& process : simulation_.processes())
      if (process.id == id) report_held(process, ended);
  states_[core::raw(id)].reset();
}

void OrderWatch::report_held(const Process& process, const ProcessState& ended) {
  for (std::size_t i = 0; i < ended.held.entries().size(); ++i) {
    const HeldEntry& entry = ended.held.entries()[i];
    const Target target{entry.order_class, entry.kind, entry.lock};
    if (entry.lock)
      add_finding("lock-held-at-exit", entry.order_class, witness(process, ended, target, i));
  }
}

// ---------------------------------------------------------------- locks

void OrderWatch::on_lock_asked(const core::LockEvent& event) {
  if (!event.owner) return;
  ProcessState& asking = state(event.owner->id);
  asking.asked_lock = event.lock->id();
  ask(*event.owner, asking,
      {event.order_class, kind_of(event.order_class), event.lock, true, event.mode, event.ticket});
}

void OrderWatch::on_lock_taken(const core::LockEvent& event, core::Time at) {
  ProcessState& owner = state(event.owner->id);
  const core::ObjectId object = event.lock->id();
  HeldEntry entry{event.order_class, kind_of(event.order_class), event.lock, object, event.mode,
                  event.ticket};
  entry.by_trylock = owner.asked_lock != object;
  entry.since = at;
  owner.asked_lock = core::kNoObject;
  note_use(*event.owner, owner, event);
  push(owner, entry, *event.owner);
}

void OrderWatch::on_lock_released(const core::LockEvent& event) {
  if (event.owner) pop(state(event.owner->id), event.order_class, event.lock->id());
}

void OrderWatch::on_misuse(const ProbeEvent& event) {
  const auto& lock = *static_cast<const core::LockEvent*>(event.subject);
  const Process* process = lock.owner ? lock.owner : simulation_.current();
  if (!process) return;
  const Target target{lock.order_class, kind_of(lock.order_class), lock.lock};
  const bool twice = event.a == static_cast<std::uint64_t>(core::LockMisuse::double_unlock);
  add_finding(twice ? "double-unlock" : "init-of-held-lock", lock.order_class,
              witness(*process, state(process->id), target, 0));
}

void OrderWatch::push(ProcessState& into, HeldEntry entry, const Process& process) {
  entry.place = process.place;
  entry.newest_fence = newest_fence_;
  if (into.held.empty()) causality_.region_begins(into.clock);
  into.held.push(entry);
}

void OrderWatch::pop(ProcessState& from, OrderClassId order_class, core::ObjectId object) {
  if (from.held.remove(order_class, object) && from.held.empty())
    causality_.region_ends(from.clock);
}

void OrderWatch::note_use(const Process& process, ProcessState& by, const core::LockEvent& event) {
  const bool in_irq = by.interrupt;
  if (!in_irq && by.irqs_off > 0) return;
  const bool read = event.mode != core::LockMode::exclusive;
  if (irqs_.known(event.order_class, read, in_irq)) return;
  const Target target{event.order_class, kind_of(event.order_class), event.lock};
  irqs_.add(event.order_class, in_irq, {read, witness(process, by, target, 0)});
}

// ---------------------------------------------------------------- waits

void OrderWatch::ask_for(const Process& process, ProcessState& by, const core::Waitable& object) {
  const OrderClassId order_class = joined(object.order_class());
  if (order_class == core::kNoOrderClass) return;
  if (order_class == core::kOrderOfMembers) {
    std::vector<core::FencePtr> leaves;
    static_cast<core::DmaFence&>(const_cast<core::Waitable&>(object)).leaves(leaves);
    for (const core::FencePtr& leaf : leaves)
      if (!leaf->is_container()) ask_for(process, by, *leaf);
    return;
  }
  const OrderKind kind = kind_of(order_class);
  if (kind == OrderKind::lock || kind == OrderKind::ww_lock) return;  // lock_asked tells
  ask(process, by, {order_class, kind, &object});
}

// A wait for any one of several is no edge: another may come.
void OrderWatch::on_wait_asked(const core::WaitAsk& wait) {
  if (wait.idle || !wait.process) return;
  ProcessState& by = state(wait.process->id);
  for (std::uint32_t i = 0; i < wait.count; ++i) {
    const core::WaitLink& link = wait.links[i];
    receive(by, link);
    if (wait.need == wait.count) ask_for(*wait.process, by, *link.object);
  }
}

void OrderWatch::on_wait_end(const Process& process) {
  ProcessState& by = state(process.id);
  for (std::uint32_t i = 0; i < process.wait.count; ++i)
    if (process.wait.links[i].done) receive(by, process.wait.links[i]);
}

// What the object carries is what its creator knew, then what its signaller knew.
void OrderWatch::receive(ProcessState& by, const core::WaitLink& link) {
  const OrderClassId order_class = link.object->order_class();
  if (!core::is_class(order_class)) return;
  const OrderKind kind = kind_of(order_class);
  if (kind == OrderKind::fence || kind == OrderKind::value || kind == OrderKind::completion)
    causality_.receive(by.clock, link.object->id(), link.value);
}

void OrderWatch::on_allocation(const ProbeEvent& event) {
  const Process* process = simulation_.current();
  if (!process) return;
  ProcessState& by = state(process->id);
  const OrderClassId pool{static_cast<std::uint32_t>(event.b)};
  by.allocates = static_cast<core::AllocContext>(event.a);
  switch (static_cast<core::AllocContext>(event.a)) {
    case core::AllocContext::atomic:
    case core::AllocContext::no_fence: return;
    case core::AllocContext::noio: {
      // Without __GFP_FS no shrinker runs, but pages are unmapped: mm/page_alloc.c takes the
      // notifier's map in this case, too.
      const OrderClassId notifier =
          simulation_.order_classes().intern(OrderKind::notifier, kNotifierClass);
      return ask(*process, by, {notifier, OrderKind::notifier});
    }
    case core::AllocContext::kernel: return ask(*process, by, {pool, OrderKind::reclaim});
  }
}

void OrderWatch::on_scope(const core::ScopeEvent& event, bool entered, core::Time at) {
  if (!event.process) return;
  ProcessState& by = state(event.process->id);
  if (event.kind == ScopeKind::irqs_off) {
    by.irqs_off += entered ? 1 : -1;
    return;
  }
  const OrderClassId order_class = joined(event.order_class);
  if (!entered) return pop(by, order_class, core::kNoObject);
  const OrderKind kind = kind_of(order_class);
  // A notifier can be reached with locks held, by munmap(); a section is entered as by trylock.
  if (event.kind == ScopeKind::notifier) ask(*event.process, by, {order_class, kind});
  HeldEntry entry{order_class, kind};
  entry.since = at;
  entry.ordered = event.kind == ScopeKind::queue && event.ordered;
  if (event.kind == ScopeKind::reclaim) entry.context = by.allocates;
  const HeldEntry* queue = by.held.ordered_queue();
  if (event.kind == ScopeKind::signalling && queue)
    stand_behind(*event.process, by, order_class, *queue);
  push(by, entry, *event.process);
}

}  // namespace fencelab::analysis
