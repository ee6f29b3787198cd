// Waitable: anything a process can wait for, and the one awaiter through which all waiting goes.
#pragma once

#include <coroutine>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/process.hpp"
#include "core/simulation.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::core {

class WaitGraphBuilder;

/// Base of fences, timelines, locks, resources and queues.
class Waitable : public StateSource {
 public:
  explicit Waitable(Simulation& simulation)
      : simulation_(&simulation), id_(simulation.new_object_id()) {}
  ~Waitable() override;

  ObjectId id() const { return id_; }
  Simulation& simulation() const { return *simulation_; }

  /// Whether a wait for `value` (a threshold; ignored by one-shot objects) would not block.
  virtual bool satisfied(std::uint64_t value) const = 0;
  /// Who can release `link`'s wait, as a gate of the snapshot. Must describe, never change.
  virtual GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const = 0;
  /// Words for reports, e.g. "dma_fence gfx:17".
  virtual std::string describe() const = 0;

  /// How beginning to wait touches the object. `observe`: not at all, it is a monotone gate; a
  /// request for something that others want, too, is a step of its own in an untimed run.
  virtual Access wait_access(std::uint64_t value) const {
    (void)value;
    return Access::observe;
  }
  /// The gate that a wait for `value`, satisfied at once, has passed: what opened it comes before.
  /// None if it stood open from the start.
  virtual std::optional<std::uint64_t> gate_passed(std::uint64_t value) const { return value; }
  /// Whether beginning to wait changes anything but for the waiter.
  virtual bool waiting_matters() const { return false; }
  /// Untimed runs: since when such a wait need not block. Whoever passes goes on no earlier, as if
  /// it had waited.
  virtual Time opened_at(std::uint64_t value) const {
    (void)value;
    return Time{};
  }
  /// Untimed runs: whether its state is who waits. Then also those stand in its list who need it no
  /// more, as something else has come, and have not gone on yet.
  virtual bool lists_all_waits() const { return false; }
  /// A process begins to wait. Default: append to the list. Fences arm their producer here.
  virtual void add_waiter(WaitLink& link) { append(link); }
  /// A process stopped waiting before it was satisfied (timeout, cancelled, any-of).
  virtual void remove_waiter(WaitLink& link) { unlink(link); }

  const WaitLink* first_waiter() const { return head_; }
  /// What it is for (core/order_class.hpp); none if it takes part in no order.
  virtual OrderClassId order_class() const { return kNoOrderClass; }

 protected:
  void append(WaitLink& link);
  void insert_before(WaitLink& link, WaitLink* position);  ///< nullptr: at the end
  void unlink(WaitLink& link);
  /// Marks the wait satisfied, unlinks it and wakes its process if it needs no more.
  void satisfy(WaitLink& link);
  /// Notes a touch of this object if somebody explores.
  void note(Access access, bool ok = false, std::uint64_t result = 0,
            std::uint64_t before = 0) const {
    if (simulation_->footprint()) [[unlikely]]
      simulation_->note({id_, access, ok, result, before, this});
  }
  WaitLink* head_ = nullptr;
  WaitLink* tail_ = nullptr;

 private:
  Simulation* simulation_;
  ObjectId id_;
};

/// Options of a wait.
struct WaitOptions {
  WaitReason reason = WaitReason::fence;
  Time deadline = kNever;
  bool recovery = false;       ///< the deadline is a recovery timer (a repair, not a plan)
  bool idle = false;           ///< a server waiting for work: not blocked in the sense of deadlock
  bool interruptible = false;  ///< a signal ends it
};

/// Outcome of a wait.
enum class WaitResult : std::uint8_t { satisfied, timed_out, interrupted };

/// The awaiter: waits until `need` of the links are satisfied. Links live in the awaiting frame.
/// Base of MultiWait and SingleWait; not used directly.
class WaitAwaiterBase {
 public:
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  WaitResult await_resume();

  /// Untimed runs: makes the request, or looks at the gates, and blocks or lets `process` go on.
  virtual void engage(Process& process);

 protected:
  WaitAwaiterBase(Simulation& simulation, const WaitOptions& options)
      : simulation_(&simulation), options_(options) {}
  virtual ~WaitAwaiterBase() = default;
  WaitAwaiterBase(const WaitAwaiterBase&) = delete;
  void set_links(std::span<WaitLink> links, std::uint32_t need) {
    links_ = links;
    need_ = need;
  }

  /// Leaves every wait list. Derived classes call it first thing in their destructors: the links
  /// are theirs.
  void release_links();

  /// Suspends `process` here. `links_done` of the links are satisfied already.
  void begin(Process& process, std::coroutine_handle<> handle, std::uint32_t links_done);
  /// Untimed runs: goes on to wait for the links that are not satisfied.
  void block(Process& process);
  /// Whether a signal is there that keeps the wait from beginning. It counts as seen then.
  bool is_interrupted(Process& process) const;
  bool is_over_by_signal(Process& process) const;
  Simulation& simulation() const { return *simulation_; }

 private:
  bool asks() const;
  void note_outcome() const;
  void announce() const;
  void wait_for_the_earliest() const;
  Simulation* simulation_;
  WaitOptions options_;
  std::span<WaitLink> links_;
  std::uint32_t need_ = 0;
  bool suspended_ = false;
  bool interrupted_ = false;  ///< before it began
};

/// Wait for one object.
class SingleWait : public WaitAwaiterBase {
 public:
  SingleWait(Waitable& object, std::uint64_t value, const WaitOptions& options)
      : WaitAwaiterBase(object.simulation(), options) {
    link_.object = &object;
    link_.value = value;
    set_links({&link_, 1}, 1);
  }
  ~SingleWait() { release_links(); }

 private:
  WaitLink link_;
};

/// One item of a wait for several objects.
struct WaitItem {
  Waitable* object;
  std::uint64_t value = 0;
};

/// Wait for `need` of several objects (all: need == size, any: 1).
class MultiWait : public WaitAwaiterBase {
 public:
  MultiWait(Simulation& simulation, std::span<const WaitItem> items, std::uint32_t need,
            const WaitOptions& options);
  ~MultiWait() { release_links(); }
  /// After the wait: index of the first satisfied item, or size() if none.
  std::size_t first_satisfied() const;

 private:
  std::vector<WaitLink> links_;
};

}  // namespace fencelab::core
