// The three reclaim stories as small programs: pages, buffers that can be evicted, jobs with their
// fences, and threads that need a page before they can let a job end.
#pragma once

#include <functional>

#include "tests/analysis/explore/litmus.hpp"

namespace fencelab::testing {

/// Pages of memory. Taking one never blocks; whoever fails looks for a victim, or, if there is
/// none, waits until somebody has given a page back.
class Pages {
 public:
  /// `free` of `all` pages are free.
  Pages(LitmusWorld& world, std::uint64_t free, std::uint64_t all)
      : world_(world), store_(world.sim, "pages", all) {
    (void)store_.try_acquire(all - free);
  }
  bool try_take() { return store_.try_acquire(1); }
  void give() {
    store_.release(1);
    world_.timeline(0).advance(++given_);
  }
  /// Awaitable: until a page has been given back since `seen`.
  core::SingleWait wait_for_more(std::uint64_t seen) { return world_.timeline(0).wait(seen + 1); }
  /// How many were given back until now; to be read in the step in which taking one fails.
  std::uint64_t given() const { return world_.timeline(0).value(); }
  /// `process` may yet give pages back.
  void promise(core::Process& process) { world_.promise_value(0, kMany, process); }

 private:
  static constexpr std::uint64_t kMany = 1000;
  LitmusWorld& world_;
  core::CountedResource store_;
  std::uint64_t given_ = 0;
};

/// A job waits for a value that a thread writes after it got a page; the buffers of jobs are the
/// only memory to be had.
struct IndefiniteFence {
  std::size_t jobs = 1;
  std::uint64_t free = 0;      ///< pages from the start
  bool user_waits = false;     ///< the thread submits only what can end
  bool preempts = false;       ///< eviction stops the context instead of waiting for the job
  bool loses_wakeups = false;  ///< a mistake: who finds its victim gone sleeps for ever
  std::function<void(LitmusWorld&)> body() const;
};

/// Reclaim of process memory that a GPU uses: a notifier lock, a sequence number, armed fences.
struct UserMemory {
  std::size_t kswapd_rounds = 1;
  bool allocates_under_lock = false;  ///< submission holds the notifier lock while it allocates
  bool allocates_in_job = false;      ///< the worker allocates on the way to its fence
  std::function<void(LitmusWorld&)> body() const;
};

/// An asynchronous bind whose job needs a page for page tables, with work of two objects behind it.
struct AsyncBind {
  enum class Allocates { may_wait, before, no_wait } allocates = Allocates::may_wait;
  std::size_t objects = 2;
  std::function<void(LitmusWorld&)> body() const;
};

}  // namespace fencelab::testing
