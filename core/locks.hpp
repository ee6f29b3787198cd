// Mutex, reader-writer lock and ww_mutex, in request/gate form: asking never blocks, it enqueues;
// blocking is the gate "it is mine". Unlock hands over, so there is no barging.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/waitable.hpp"

namespace fencelab::core {

/// FIFO mutex with hand-over.
class Mutex final : public Waitable {
 public:
  Mutex(Simulation& simulation, std::string name) : Waitable(simulation), name_(std::move(name)) {}

  /// Awaitable: until the running process owns it. Not recursive: a second lock is a self-deadlock.
  SingleWait lock(WaitReason reason = WaitReason::lock) { return {*this, 0, {.reason = reason}}; }
  bool try_lock();
  /// By the owner only.
  void unlock();
  Process* owner() const { return owner_; }

  bool satisfied(std::uint64_t) const override { return const_cast<Mutex*>(this)->grab(); }
  Access wait_access(std::uint64_t) const override { return Access::request; }
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "lock " + name_; }
  bool hash_state(std::uint64_t& hash) const override;

 private:
  bool grab();
  void take(Process& process);
  std::string name_;
  Process* owner_ = nullptr;
};

/// Reader-writer lock. Fair: FIFO, readers behind a queued writer wait (as rw_semaphore does).
/// Readers first: only a writer inside keeps readers out (as rwlock_t does), so a reader may take
/// it again, and writers may starve.
class RwLock final : public Waitable {
 public:
  enum class Queueing : std::uint8_t { fair, readers_first };
  RwLock(Simulation& simulation, std::string name, Queueing queueing = Queueing::fair)
      : Waitable(simulation),
        name_(std::move(name)),
        readers_first_(queueing == Queueing::readers_first) {}

  SingleWait lock_read(WaitReason reason = WaitReason::lock) {
    return {*this, kRead, {.reason = reason}};
  }
  SingleWait lock_write(WaitReason reason = WaitReason::lock) {
    return {*this, kWrite, {.reason = reason}};
  }
  bool try_lock_read();
  bool try_lock_write();
  void unlock_read();
  void unlock_write();

  bool satisfied(std::uint64_t mode) const override;
  Access wait_access(std::uint64_t mode) const override {
    return mode == kRead ? Access::read_request : Access::write_request;
  }
  void remove_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "rwlock " + name_; }
  bool hash_state(std::uint64_t& hash) const override;

 private:
  static constexpr std::uint64_t kRead = 0, kWrite = 1;
  bool grab(std::uint64_t mode);
  void take(Process& process, std::uint64_t mode);
  void drop(std::uint64_t mode);
  void grant();
  void grant_readers();
  void note_turn() const;
  std::string name_;
  bool readers_first_;
  Process* writer_ = nullptr;
  std::vector<Process*> readers_;
};

/// An acquire context: its age is set once and kept over retries, so nobody starves.
struct WwContext {
  std::uint64_t ticket = 0;
  std::uint32_t acquired = 0;
};

enum class WwResult : std::uint8_t { locked, already_held, deadlock };

/// ww_mutex of a wait-die class (dma_resv): the older context waits, the younger gets `deadlock`
/// (-EDEADLK) and must drop everything it holds. A lock without context queues like a plain mutex.
class WwMutex final : public Waitable {
 public:
  WwMutex(Simulation& simulation, std::string name = {})
      : Waitable(simulation), name_(std::move(name)) {}

  class LockAwaiter;
  /// Awaitable giving a WwResult. `context` must outlive the holding of the lock.
  LockAwaiter lock(WwContext* context);
  /// Never backs off, never waits.
  bool try_lock(WwContext* context = nullptr);
  void unlock();
  bool is_locked() const {
    note(Access::ww_request, owner_ != nullptr, owner_ != nullptr);
    return owner_ != nullptr;
  }
  Process* owner() const { return owner_; }
  const WwContext* context() const { return context_; }

  bool satisfied(std::uint64_t) const override { return false; }
  Access wait_access(std::uint64_t) const override { return Access::ww_request; }
  void add_waiter(WaitLink& link) override;
  void remove_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "ww_mutex " + name_; }
  bool hash_state(std::uint64_t& hash) const override;
  void set_name(std::string name) { name_ = std::move(name); }

 private:
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
  Process* owner_ = nullptr;
  WwContext* context_ = nullptr;
  std::vector<Request> requests_;  ///< in queue order
};

class WwMutex::LockAwaiter : public WaitAwaiterBase {
 public:
  LockAwaiter(WwMutex& mutex, WwContext* context);
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

inline WwMutex::LockAwaiter WwMutex::lock(WwContext* context) { return {*this, context}; }

}  // namespace fencelab::core
