// Mutex, reader-writer lock and ww_mutex, in request/gate form: asking never blocks, it enqueues;
// blocking is the gate "it is mine". Unlock hands over, so there is no barging.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/order_events.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

/// FIFO mutex with hand-over.
class Mutex final : public Waitable {
 public:
  /// `order_class`: what it is for, where the name says which one it is; the name if empty.
  Mutex(Simulation& simulation, std::string name, std::string_view order_class = {});

  /// Awaitable: until the running process owns it. Not recursive: a second lock is a self-deadlock.
  SingleWait lock(WaitReason reason = WaitReason::lock) {
    note_asked();
    return {*this, 0, {.reason = reason}};
  }
  /// Tells observers that the running process wants it; lock() does so by itself.
  void note_asked() const {
    if (simulation().probe().wanted(ProbeKind::lock_asked)) [[unlikely]]
      announce(ProbeKind::lock_asked, simulation().current());
  }
  bool try_lock();
  /// By the owner only.
  void unlock();
  /// As mutex_init() on a lock that exists: our mistake while somebody holds it.
  void initialise();
  Process* owner() const { return owner_; }
  /// Whether somebody has it; for those who would only try.
  bool is_locked() const {
    note(Access::attempt, owner_ == nullptr, owner_ != nullptr);
    return owner_ != nullptr;
  }

  bool satisfied(std::uint64_t) const override { return const_cast<Mutex*>(this)->grab(); }
  Time opened_at(std::uint64_t) const override { return released_at_; }
  Access wait_access(std::uint64_t) const override { return Access::request; }
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "lock " + name_; }
  bool hash_state(std::uint64_t& hash) const override;
  OrderClassId order_class() const override { return order_class_; }

 private:
  bool grab();
  void take(Process& process);
  void announce(ProbeKind kind, const Process* owner, std::uint64_t a = 0) const;
  std::string name_;
  OrderClassId order_class_;
  Process* owner_ = nullptr;
  Time released_at_{};
};

/// Whether a reader passes a writer that waits.
enum class ReaderRule : std::uint8_t {
  fair,       ///< no: rw_semaphore, and rwlock_t outside of interrupts
  recursive,  ///< yes: a reader may read again; rwlock_t as lockdep sees read_lock()
};

/// Reader-writer lock, FIFO; with recursive readers only a writer inside keeps readers out, and
/// writers may starve.
class RwLock final : public Waitable {
 public:
  /// `order_class`: what it is for, where the name says which one it is; the name if empty.
  RwLock(Simulation& simulation, std::string name, ReaderRule readers = ReaderRule::fair,
         std::string_view order_class = {});

  SingleWait lock_read(WaitReason reason = WaitReason::lock) {
    note_asked(kRead);
    return {*this, kRead, {.reason = reason}};
  }
  SingleWait lock_write(WaitReason reason = WaitReason::lock) {
    note_asked(kWrite);
    return {*this, kWrite, {.reason = reason}};
  }
  bool try_lock_read();
  bool try_lock_write();
  void unlock_read();
  void unlock_write();

  bool satisfied(std::uint64_t mode) const override;
  /// Readers keep nobody out but writers.
  Time opened_at(std::uint64_t mode) const override {
    return mode == kRead ? written_at_ : std::max(written_at_, read_at_);
  }
  Access wait_access(std::uint64_t mode) const override {
    return mode == kRead ? Access::read_request : Access::write_request;
  }
  void remove_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "rwlock " + name_; }
  bool hash_state(std::uint64_t& hash) const override;
  OrderClassId order_class() const override { return order_class_; }

 private:
  static constexpr std::uint64_t kRead = 0, kWrite = 1;
  bool grab(std::uint64_t mode);
  void note_asked(std::uint64_t mode) const {
    if (simulation().probe().wanted(ProbeKind::lock_asked)) [[unlikely]]
      announce(ProbeKind::lock_asked, simulation().current(), mode);
  }
  void announce(ProbeKind kind, const Process* owner, std::uint64_t mode) const;
  void take(Process& process, std::uint64_t mode);
  void drop(std::uint64_t mode);
  void grant();
  bool readers_first() const { return rule_ == ReaderRule::recursive; }
  void grant_readers();
  void note_turn() const;
  std::string name_;
  ReaderRule rule_;
  OrderClassId order_class_;
  Process* writer_ = nullptr;
  std::vector<Process*> readers_;
  Time written_at_{}, read_at_{};  ///< latest release by a writer, by a reader
};

/// An acquire context: its age is set once and kept over retries, so nobody starves.
struct WwContext {
  std::uint64_t ticket = 0;
  std::uint32_t acquired = 0;
};

/// `interrupted`: a signal came while it waited, and nothing was locked.
enum class WwResult : std::uint8_t { locked, already_held, deadlock, interrupted };

/// Whether a signal ends the wait for a lock.
enum class Signals : std::uint8_t { wait, interrupt };

/// ww_mutex of a wait-die class (dma_resv): the older context waits, the younger gets `deadlock`
/// (-EDEADLK) and must drop everything it holds. A lock without context queues like a plain mutex.
class WwMutex final : public Waitable {
 public:
  /// `order_class`: the ww class, e.g. reservation_ww_class; the name if empty.
  WwMutex(Simulation& simulation, std::string name = {}, std::string_view order_class = {});

  class LockAwaiter;
  /// Awaitable giving a WwResult. `context` must outlive the holding of the lock.
  LockAwaiter lock(WwContext* context, Signals signals = Signals::wait);
  /// Never backs off, never waits.
  bool try_lock(WwContext* context = nullptr);
  /// Tells observers that the running process wants it; lock() does so by itself.
  void note_asked(const WwContext* context) const {
    if (simulation().probe().wanted(ProbeKind::lock_asked)) [[unlikely]]
      announce(ProbeKind::lock_asked, simulation().current(), context);
  }
  void unlock();
  bool is_locked() const {
    note(Access::attempt, owner_ == nullptr, owner_ != nullptr);
    return owner_ != nullptr;
  }
  Process* owner() const { return owner_; }
  const WwContext* context() const { return context_; }

  bool satisfied(std::uint64_t) const override { return false; }
  Time opened_at(std::uint64_t) const override { return released_at_; }
  Access wait_access(std::uint64_t) const override { return Access::ww_request; }
  void add_waiter(WaitLink& link) override;
  void remove_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "ww_mutex " + name_; }
  bool hash_state(std::uint64_t& hash) const override;
  void set_name(std::string name) { name_ = std::move(name); }
  OrderClassId order_class() const override { return order_class_; }

 private:
  void announce(ProbeKind kind, const Process* owner, const WwContext* context) const;
  struct Request {
    WaitLink* link;
    WwContext* context;
    bool killed;
  };
  bool grab(Process& process, WwContext* context);
  void take(Process& process, WwContext* context);
  bool must_die(const WwContext& context) const;
  void kill_younger_waiters(const WwContext& context);
  Request* request_of(const WaitLink& link);
  std::string name_;
  OrderClassId order_class_;
  Process* owner_ = nullptr;
  WwContext* context_ = nullptr;
  std::vector<Request> requests_;  ///< in queue order
  std::uint32_t grants_ = 0;       ///< how often it was taken
  std::uint64_t last_ticket_ = 0;  ///< of who released it last; 0: no transaction
  Time released_at_{};
};

class WwMutex::LockAwaiter : public WaitAwaiterBase {
 public:
  LockAwaiter(WwMutex& mutex, WwContext* context, Signals signals);
  ~LockAwaiter() { release_links(); }
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  WwResult await_resume();
  void engage(Process& process) override;

 private:
  bool decide(Process& process);
  void enqueue();
  WwMutex& mutex_;
  WwContext* context_;
  WaitLink link_;
  WwResult result_ = WwResult::locked;
};

inline WwMutex::LockAwaiter WwMutex::lock(WwContext* context, Signals signals) {
  return {*this, context, signals};
}

}  // namespace fencelab::core
