// dma_fence: one-shot completion with lazy arming, error as payload.
// Rules F1-F13 as in drivers/dma-buf/dma-fence.c; containers are fence_array.hpp, fence_chain.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/intrusive_ptr.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

class DmaFence;
using FencePtr = IntrusivePtr<DmaFence>;

/// Who will signal a fence. Outlives the fences it has not signaled yet, or detaches them.
class FenceProducer {
 public:
  virtual ~FenceProducer() = default;
  /// The first waiter or callback arrived (polling does not count). Called once per fence. Return
  /// false if the fence has in fact happened already: it is then signaled on the spot.
  virtual bool enable_signaling(DmaFence& fence) {
    (void)fence;
    return true;
  }
  /// Whether enable_signaling() has an effect that others can see: an explorer then tries both
  /// orders of arming and signaling.
  virtual bool cares_about_arming() const { return false; }
  /// Who can make `fence` signal, in the present state.
  virtual GateIndex describe_release(WaitGraphBuilder& builder, const DmaFence& fence) const = 0;
  /// Words for reports, e.g. "job draw@gpu0/rcs0".
  virtual std::string describe(const DmaFence& fence) const = 0;
  /// Role and device of the fences it makes, e.g. "job fence of gpu0". Asked once per fence.
  virtual OrderClassId order_class() const { return kNoOrderClass; }
};

/// Notified when a fence signals. Intrusive: lives in its owner, removes itself when destroyed.
class FenceCallback {
 public:
  FenceCallback() = default;
  FenceCallback(const FenceCallback&) = delete;
  FenceCallback& operator=(const FenceCallback&) = delete;
  virtual ~FenceCallback();
  virtual void on_signaled(DmaFence& fence) = 0;

 private:
  friend class DmaFence;
  DmaFence* fence_ = nullptr;
  Simulation* simulation_ = nullptr;  ///< explored runs: it was queued there, on fence `watched_`
  ObjectId watched_{};
  FenceCallback* previous_ = nullptr;
  FenceCallback* next_ = nullptr;
};

/// errno values used as fence errors (negative, as in the kernel).
namespace fence_error {
inline constexpr int kNoEntry = -2, kInterrupted = -4, kSearch = -3, kNoMemory = -12, kFault = -14,
                     kBusy = -16, kNoDevice = -19, kInvalid = -22, kDeadlock = -35, kTime = -62,
                     kTimedOut = -110, kAlready = -114, kCanceled = -125, kRestart = -512;
}

/// A fence. Reference counted (single-threaded): whoever may still ask holds a FencePtr.
class DmaFence : public Waitable {
 public:
  DmaFence(Simulation& simulation, FenceProducer* producer, std::uint64_t context,
           std::uint64_t seqno);
  ~DmaFence() override;

  std::uint64_t context() const { return context_; }
  std::uint64_t seqno() const { return seqno_; }

  /// Polling. Does not arm (F8).
  bool is_signaled() const {
    const bool signaled = happened();
    note(Access::test, signaled, signaled);
    if (signaled) note_polled();
    return signaled;
  }
  /// Polling whose answer saves work and changes nothing else: a wait would follow, which a
  /// signaled fence ends at once. An explorer need not try both answers, unless waiting has side
  /// effects. (Where one explores the answer is always no, so that the wait is a step in every
  /// schedule.)
  bool is_known_signaled() const {
    if (simulation().untimed() || !happened()) return false;
    note_polled();
    return true;
  }
  /// 0 pending, 1 done, negative errno: done with that error (F10). Polls, as is_signaled() does.
  int status() const { return !is_signaled() ? 0 : error_ != 0 ? error_ : 1; }
  int error() const { return error_; }
  /// When it signaled; kNever while pending.
  Time signaled_at() const { return signaled_at_; }
  bool armed() const { return armed_; }

  /// Must be negative and before signal(). Not visible through status() until then.
  void set_error(int error);
  /// One-way; the second call has no effect and returns false (F1).
  bool signal();
  /// Tells the producer that somebody waits (F7). Idempotent; no-op once signaled.
  void arm();
  /// Arms, then queues `callback`. False (-ENOENT) if already signaled: it is then never run (F5).
  bool add_callback(FenceCallback& callback);
  /// True only if it had not run yet (F6).
  bool remove_callback(FenceCallback& callback);

  /// Somebody would like it by `at`; the earliest hint wins, and containers pass it on. Advisory:
  /// no producer here hurries because of it (dma-fence.c, "deadline hints").
  void hint_deadline(Time at);
  /// The earliest instant anybody has hinted at; kNever: nobody has.
  Time deadline_hint() const { return deadline_hint_; }

  FenceProducer* producer() const { return producer_; }
  /// Hands the duty to signal to someone else (e.g. from the queue to the engine), or to nobody.
  void set_producer(FenceProducer* producer) { producer_ = producer; }

  /// Awaitable: until signaled. Arms if it must wait.
  SingleWait wait(WaitReason reason = WaitReason::fence) { return {*this, 0, {.reason = reason}}; }
  SingleWait wait(const WaitOptions& options) { return {*this, 0, options}; }

  bool satisfied(std::uint64_t) const override { return happened(); }
  Time opened_at(std::uint64_t) const override { return signaled_at_; }
  bool waiting_matters() const override { return cares_about_waiting(); }
  bool hash_state(std::uint64_t& hash) const override;
  void add_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  /// The gate of the fence itself, for containers and jobs that depend on it.
  GateIndex describe_release(WaitGraphBuilder& builder) const;
  std::string describe() const override;
  OrderClassId order_class() const override { return order_class_; }
  /// For fences without a producer that says so.
  void set_order_class(OrderClassId order_class) { order_class_ = order_class; }

  /// What the kernel's dma_fence_unwrap_for_each sees: the members of an array, the contained
  /// fences of a chain from its newest node back (done ones but the newest left out), itself else.
  virtual void leaves(std::vector<FencePtr>& into) { into.emplace_back(this); }
  virtual bool is_container() const { return false; }

  /// Whether it comes after `other`, a fence of the same context: numbers wrap at 32 bits unless
  /// the fence was made with 64 (F2).
  bool is_later_than(const DmaFence& other) const {
    if (seqno_is_64bit_) return seqno_ > other.seqno_;
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(seqno_ - other.seqno_)) > 0;
  }

  std::uint32_t references() const { return references_; }
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

 protected:
  /// Signals with a producer's answer to arming; containers override.
  virtual bool enable_signaling();
  virtual GateIndex describe_members(WaitGraphBuilder& builder) const;
  virtual std::string describe_name() const;
  /// The kernel's `signaled` op: whether the fence has happened although nobody armed it. Only
  /// asked of fences that called set_pollable(); a fence without it may look pending for ever (F8).
  virtual bool poll() { return false; }
  void set_pollable() { pollable_ = true; }
  void set_seqno_64bit() { seqno_is_64bit_ = true; }
  bool cares_about_waiting() const {
    return is_container() || (producer_ && producer_->cares_about_arming());
  }
  bool happened() const {
    return signaled_ || (pollable_ && const_cast<DmaFence*>(this)->poll_now());
  }

 private:
  bool poll_now();
  /// Whoever finds it signaled is after it from then on.
  void note_polled() const { simulation().emit(ProbeKind::fence_polled, id(), 0, 0, this); }
  FenceProducer* producer_;
  std::uint64_t context_, seqno_;
  Time signaled_at_ = kNever;
  Time deadline_hint_ = kNever;
  FenceCallback* callbacks_ = nullptr;
  FenceCallback* last_callback_ = nullptr;
  std::uint32_t references_ = 0;
  int error_ = 0;
  bool signaled_ = false;
  bool armed_ = false;
  bool pollable_ = false;
  bool seqno_is_64bit_ = false;
  OrderClassId order_class_ = kNoOrderClass;
};

/// A new fence context, unlike all others and larger than those made before it by the same actor
/// (dma_fence_context_alloc). Its top bit tells it from numbers of queues and objects.
inline std::uint64_t new_fence_context(Simulation& simulation) {
  return raw(simulation.new_object_id()) | std::uint64_t{1} << 63;
}

/// A fence that is signaled from birth: "no dependency" (F12). Its context is 0, as the stub's.
FencePtr make_signaled_fence(Simulation& simulation);

}  // namespace fencelab::core
