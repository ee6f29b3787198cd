// What the probe events of ordering carry as `subject`, and how models say that they are inside a
// section. Nothing here changes what a run does: these are annotations, as lockdep's are.
#pragma once

#include <cstdint>

#include "core/simulation.hpp"

namespace fencelab::core {

class DmaFence;
class Waitable;
struct WaitLink;

enum class LockMode : std::uint8_t {
  exclusive,
  read,            ///< waits behind a queued writer (rw_semaphore)
  recursive_read,  ///< passes queued writers (rwlock_t, as lockdep's read == 2)
};

/// Subject of lock_asked, lock_taken, lock_released and lock_misused.
struct LockEvent {
  const Waitable* lock;
  const Process* owner;  ///< who asks, takes or releases: not who runs, when a lock is handed over
  OrderClassId order_class;
  LockMode mode;
  std::uint64_t ticket;  ///< of the ww transaction; 0: none
};

enum class LockMisuse : std::uint8_t { double_unlock, reinitialised_while_held };

/// Subject of wait_asked: a process asks for objects that are no locks. Also sent if they are
/// there.
struct WaitAsk {
  const Process* process;
  const WaitLink* links;
  std::uint32_t count, need;
  bool idle;  ///< a server that waits for work
};

/// Subject of fence_depends: `fence` cannot signal before `on` has.
struct FenceDependency {
  const DmaFence* fence;
  const Waitable* on;
};

/// What an allocation may do under pressure.
enum class AllocContext : std::uint8_t {
  atomic,    ///< fails rather than reclaim (GFP_ATOMIC, GFP_NOWAIT)
  no_fence,  ///< reclaims, but nothing it calls waits for a device
  noio,    ///< GFP_NOIO, GFP_NOFS: no file systems or shrinkers, but pages are unmapped (notifiers)
  kernel,  ///< GFP_KERNEL: everything
};

/// Where a process can be.
enum class ScopeKind : std::uint8_t {
  signalling,  ///< on the path to the signalling of a fence of that class
  reclaim,     ///< taking memory from others
  notifier,    ///< in an MMU notifier
  work,        ///< carrying out a work item of that class
  queue,       ///< ... of that work queue
  irqs_off,    ///< interrupts are off on this CPU; no class
};

/// Subject of scope_entered and scope_left.
struct ScopeEvent {
  const Process* process;
  OrderClassId order_class;
  ScopeKind kind;
  bool ordered;  ///< queue: its items are carried out one by one
};

/// While it lives, the running process is in that scope. Scopes nest; each is left on its own, like
/// the cookie of dma_fence_begin_signalling(). Lives in a coroutine frame.
class OrderScope {
 public:
  OrderScope(Simulation& simulation, ScopeKind kind, OrderClassId order_class, bool ordered = false)
      : simulation_(simulation), event_{simulation.current(), order_class, kind, ordered} {
    simulation_.emit(ProbeKind::scope_entered, kNoObject, static_cast<std::uint64_t>(kind),
                     raw(order_class), &event_);
  }
  ~OrderScope() { leave(); }
  OrderScope(const OrderScope&) = delete;
  OrderScope& operator=(const OrderScope&) = delete;
  /// Leaves before the end of the block.
  void leave() {
    // At teardown nobody runs, and whoever listened may be gone.
    if (event_.process && simulation_.current())
      simulation_.emit(ProbeKind::scope_left, kNoObject, static_cast<std::uint64_t>(event_.kind),
                       raw(event_.order_class), &event_);
    event_.process = nullptr;
  }

 private:
  Simulation& simulation_;
  ScopeEvent event_;
};

/// The running process may have to take memory of class `pool` from others (might_alloc()).
inline void note_allocation(Simulation& simulation, OrderClassId pool, AllocContext context) {
  simulation.emit(ProbeKind::allocation_asked, kNoObject, static_cast<std::uint64_t>(context),
                  raw(pool));
}

/// The running process may wait for `order_class` here, whether or not it has to this time
/// (might_sleep(), __dma_fence_might_wait(), flush_work()).
inline void note_might_wait(Simulation& simulation, OrderClassId order_class) {
  simulation.emit(ProbeKind::might_wait, kNoObject, 0, raw(order_class));
}

/// Others may wait for `fence` now: it is in a reservation, a sync_file, a syncobj.
void note_published(const DmaFence& fence);

/// `fence` was promised before `on` has happened.
void note_dependency(const DmaFence& fence, const Waitable& on);

}  // namespace fencelab::core
