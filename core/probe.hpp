// The probe bus: everything observable is one typed event on it. With no subscriber for a kind an
// event costs one predictable branch. Core and models publish; only analysis subscribes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace fencelab::core {

/// Kinds of events. The comment names what `object`, `a` and `b` carry (ids, ns, counts);
/// `subject` points to the model's own record of the thing and is valid during the call only.
enum class ProbeKind : std::uint8_t {
  process_started,  ///< a: id of the process (event.process: who made it); b: ProcessRole
                    ///< (subject: Process for both)
  process_ended,    ///< a: id of the process; b: 1 if cancelled
  wait_begin,     ///< object: first object waited on; a: WaitReason; b: number of objects (subject:
                  ///< Process for both)
  wait_end,       ///< object likewise; a: WaitReason; b: ns waited
  fence_created,  ///< object: fence; a: context; b: seqno (subject: DmaFence)
  fence_armed,    ///< object: fence (its producer was told that somebody waits)
  fence_signaled,     ///< object: fence; a: error (as positive errno); b: context
  fence_observed,     ///< object: fence known signaled by the running process (subject: DmaFence)
  timeline_advanced,  ///< object: timeline; a: value (subject: ValueTimeline)
  timeline_observed,  ///< object: timeline; a: value known reached by the running process
  lock_taken,         ///< object: lock; a: mode (subject: LockEvent for all lock_*)
  lock_released,      ///< object: lock; a: mode
  operation_done,     ///< progress: an operation of a user thread completed; a: place
  message_sent,       ///< object: channel; a: message number; b: buffer
  message_received,   ///< object: channel; a: message number; b: buffer
  job_submitted,      ///< object: job; a: queue; b: submitting process (subject: Job for all job_*)
  job_dependency,     ///< object: job; a: job waited for (0: not a job); b: DependencyRule
  job_ready,          ///< object: job; a: queue (all dependencies done, head of its queue)
  job_started,        ///< object: job; a: engine (first time on an engine)
  job_preempted,      ///< object: job; a: engine; b: ns it had run in this slice
  job_resumed,        ///< object: job; a: engine
  job_finished,       ///< object: job; a: engine; b: error (positive errno)
  engine_slice,       ///< object: engine; a: job; b: ns executed (busy time)
  engine_spun,        ///< object: engine; a: job; b: ns spent spinning on a semaphore
  ioctl_begin,        ///< a: IoctlKind
  ioctl_end,          ///< a: IoctlKind; b: ns
  bytes_moved,        ///< object: link; a: bytes; b: ns
  buffer_placed,      ///< object: buffer; a: pool; b: bytes
  buffer_evicted,     ///< object: buffer; a: pool; b: ns from the request to memory free
  buffer_freed,       ///< object: buffer; a: pool; b: bytes
  allocation_failed,  ///< object: pool; a: bytes
  queue_suspended,    ///< object: queue; a: ns from the request (arming) to suspended
  queue_resumed,      ///< object: queue; a: ns it was off
  frame_begun,        ///< object: frame; a: swapchain (subject: Frame for all frame_*)
  frame_presented,    ///< object: frame; a: swapchain
  frame_shown,        ///< object: frame; a: display (first scan-out)
  frame_dropped,      ///< object: frame; a: swapchain (replaced before it was shown)
  flip_queued,        ///< object: display; a: commit (subject: Display::Commit for all flip_*)
  flip_latched,       ///< object: display; a: commit; b: vblanks since the commit was queued
  vblank_missed,      ///< object: display; a: count
  recovery_expiring,  ///< object: what is guarded; a: RecoveryKind. Sent the instant before it acts
  recovery_fired,     ///< object: what is guarded; a: RecoveryKind
  gpu_reset,          ///< object: engine; a: guilty job; b: innocent jobs lost
  fence_forced,       ///< object: fence force-signaled by a recovery; a: job or 0
  fault_struck,       ///< a: index of the fault; b: index of the guilty client; object: job or 0
  lock_asked,         ///< object: lock; a: LockMode; whether or not it must be waited for
  lock_misused,       ///< object: lock; a: LockMisuse
  wait_asked,         ///< object: first of them; a: WaitReason; b: number (subject: WaitAsk)
  might_wait,         ///< b: OrderClassId that may have to be waited for here
  scope_entered,      ///< a: ScopeKind; b: OrderClassId (subject: ScopeEvent)
  scope_left,         ///< likewise
  allocation_asked,   ///< a: AllocContext; b: OrderClassId of the memory
  completed,          ///< object: completion, brought about by the running process
  fence_published,    ///< object: fence that others may wait for now (subject: DmaFence)
  fence_depends,    ///< object: fence; a: object it cannot signal before (subject: FenceDependency)
  fence_polled,     ///< object: fence found signaled by the running process (subject: DmaFence)
  timeline_polled,  ///< object: timeline; a: value found reached (subject: ValueTimeline)
  image_acquired,   ///< object: buffer that came back to its client; a: swapchain
  dependency_waited,  ///< object: what a thread waited for on the CPU; a: job it was for, or 0; b:
                      ///< DependencyRule (subject: WaitedDependency)
  cpu_accessed,       ///< a: 0 as a thread begins to touch bytes through a mapping, 1 at the end
                      ///< (subject: CpuAccess for both)
  reservation_asked,  ///< object: lock of the reservation; a: Usage of the query; b: 0 as the
                      ///< running process looks, 1 + index of the client that takes fences out
  flip_refused,       ///< object: display (-EBUSY: a commit is pending there); nothing was queued
  pages_replaced,     ///< object: buffer: its process has other pages there now (subject: Buffer)
  engine_switched,    ///< object: engine; a: its number; b: ns it took to put a taken job aside
  cycle_done,         ///< a: index of the client; b: ns that a round of a thread's outer loop took
  priority_inverted,  ///< object: engine; a: 1 as it begins to keep something waiting that is more
                      ///< urgent than what it executes, 0 at the end; b: 1 + index of the client
                      ///< that needs it, 0: none does
  operation_begun,    ///< a: place (subject: its word in scenarios, a C string)
  fence_destroyed,    ///< object: fence; a: context; b: seqno
  job_queued,         ///< object: job; a: queue, whose scheduler has it from now on (subject: Job)
  job_on_ring,        ///< object: job; a: engine; it is in its hardware queue (subject: Job)
  job_blocked,  ///< object: job, the next of its queue; a: object that it waits for now; b: of a
                ///< timeline, the value (subject: Job)
  memory_used,  ///< object: pool; a: bytes in use from now on (subject: MemoryPool)
  count_        ///< number of kinds
};

/// A set of kinds of events.
class KindSet {
 public:
  constexpr KindSet() = default;
  constexpr explicit KindSet(ProbeKind kind) { words_[word(kind)] = bit(kind); }
  constexpr bool has(ProbeKind kind) const { return (words_[word(kind)] & bit(kind)) != 0; }
  constexpr KindSet operator|(const KindSet& other) const {
    KindSet both = *this;
    for (unsigned i = 0; i < kWords; ++i) both.words_[i] |= other.words_[i];
    return both;
  }
  constexpr KindSet operator&(const KindSet& other) const {
    KindSet both = *this;
    for (unsigned i = 0; i < kWords; ++i) both.words_[i] &= other.words_[i];
    return both;
  }
  constexpr KindSet operator~() const {
    KindSet others = *this;
    for (std::uint64_t& word : others.words_) word = ~word;
    return others;
  }

 private:
  static constexpr unsigned kWords = 2;
  static_assert(static_cast<unsigned>(ProbeKind::count_) <= 64 * kWords, "a bit for each kind");
  static constexpr unsigned word(ProbeKind kind) { return static_cast<unsigned>(kind) / 64; }
  static constexpr std::uint64_t bit(ProbeKind kind) {
    return std::uint64_t{1} << (static_cast<unsigned>(kind) % 64);
  }
  std::uint64_t words_[kWords] = {};
};

/// One event. 64 bytes, passed by reference, never stored by the bus.
struct ProbeEvent {
  ProbeKind kind{};
  ProcessId process{};
  Time at{};
  ObjectId object{};
  std::uint64_t a = 0, b = 0;
  const void* subject = nullptr;
};

class ProbeSink {
 public:
  virtual ~ProbeSink() = default;
  virtual void on_event(const ProbeEvent& event) = 0;
};

/// The bus of one run.
class Probe {
 public:
  using Mask = KindSet;
  static constexpr Mask bit(ProbeKind kind) { return Mask(kind); }
  static constexpr Mask kAll = ~Mask{};
  /// Annotations about the order of waits (core/order_events.hpp): they say what might happen, not
  /// what does, and so take no part in fingerprints and metrics.
  static const Mask kOrdering;
  /// Says what for a wait was, what somebody learned without one, where a program has come round,
  /// and what timelines show besides; no part of them either.
  static const Mask kKnowledge;
  /// What does happen.
  static const Mask kFacts;

  /// Subscribes `sink` to the kinds in `mask`. Sinks are called in the order of subscription.
  void subscribe(ProbeSink& sink, Mask mask) {
    sinks_.push_back({&sink, mask});
    mask_ = mask_ | mask;
  }
  bool wanted(ProbeKind kind) const { return mask_.has(kind); }

  void publish(const ProbeEvent& event) const {
    for (const auto& [sink, mask] : sinks_)
      if (mask.has(event.kind)) sink->on_event(event);
  }

 private:
  struct Subscription {
    ProbeSink* sink;
    Mask mask;
  };
  std::vector<Subscription> sinks_;
  Mask mask_;
};

inline constexpr Probe::Mask Probe::kOrdering =
    bit(ProbeKind::lock_asked) | bit(ProbeKind::lock_misused) | bit(ProbeKind::wait_asked) |
    bit(ProbeKind::might_wait) | bit(ProbeKind::scope_entered) | bit(ProbeKind::scope_left) |
    bit(ProbeKind::allocation_asked) | bit(ProbeKind::completed) | bit(ProbeKind::fence_published) |
    bit(ProbeKind::fence_depends);
inline constexpr Probe::Mask Probe::kKnowledge =
    bit(ProbeKind::fence_polled) | bit(ProbeKind::timeline_polled) |
    bit(ProbeKind::image_acquired) | bit(ProbeKind::dependency_waited) |
    bit(ProbeKind::reservation_asked) | bit(ProbeKind::cycle_done) |
    bit(ProbeKind::priority_inverted) | bit(ProbeKind::operation_begun) |
    bit(ProbeKind::fence_destroyed) | bit(ProbeKind::job_queued) | bit(ProbeKind::job_on_ring) |
    bit(ProbeKind::job_blocked) | bit(ProbeKind::memory_used);
inline constexpr Probe::Mask Probe::kFacts = kAll & ~kOrdering & ~kKnowledge;

}  // namespace fencelab::core
