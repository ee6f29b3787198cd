// A process: one root coroutine of the simulated machine (an ioctl thread, a kernel worker, an
// engine, a display ...), with the record of what it waits for and what it holds meanwhile.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "core/wait_reason.hpp"

namespace fencelab::core {

class Simulation;
class Waitable;
class WaitAwaiterBase;
struct Process;

/// What kind of actor a process stands for.
enum class ProcessRole : std::uint8_t {
  user_thread,
  kernel_worker,
  interrupt,
  queue,
  engine,
  display,
  firmware
};

/// One object a process waits on: an intrusive list node that lives in the awaiting frame.
struct WaitLink {
  Process* process = nullptr;
  Waitable* object = nullptr;
  std::uint64_t value = 0;  ///< threshold or units; 0 where neither applies
  WaitLink* previous = nullptr;
  WaitLink* next = nullptr;
  bool linked = false;
  bool done = false;
};

/// How a blocked process waits. Valid while Process::state is blocked, idle or sleeping.
struct WaitRecord {
  Time since{};
  Time deadline = kNever;   ///< the wait ends then at the latest
  std::uint32_t count = 0;  ///< links
  std::uint32_t need = 0;   ///< satisfied links still needed
  WaitReason reason = WaitReason::sleep;
  bool recovery = false;       ///< that deadline is a recovery timer: it repairs, nobody planned it
  bool is_for_all = false;     ///< every link is needed
  bool interruptible = false;  ///< a signal ends it (TASK_INTERRUPTIBLE)
  const WaitLink* links = nullptr;  ///< `count` links; means nothing where count is 0

  /// Records a planned delay. Leaves `links` alone: it lies outside the hot cache line.
  void plan_sleep(WaitReason why, Time now, Time until) {
    since = now;
    deadline = until;
    count = need = 0;
    reason = why;
    recovery = interruptible = false;
  }
};

/// Something a process holds, newest last.
struct Held {
  const Waitable* object;
  std::uint32_t place;  ///< source place of the operation that took it
  std::uint64_t amount;
  const char* doing;  ///< what its process was about then; a literal
};

/// `asking`: untimed runs only; about to make the request that its wait begins with.
enum class ProcessState : std::uint8_t { ready, running, sleeping, blocked, idle, asking, done };

/// What to spawn.
struct ProcessSpec {
  std::string name;
  ProcessRole role = ProcessRole::kernel_worker;
  bool daemon = false;     ///< a service: the run does not wait for its end
  bool transient = false;  ///< the record is recycled when the process ends
};

/// Each record is a slot of the Simulation: it does not move, and the records of transient
/// processes are used again. A sleep and its end touch the first cache line and no other, which is
/// what a run with many processes spends its time on (bench/hold_model.cpp).
struct alignas(64) Process {
  /// The outermost loop of tries that it is in (RetryLoop).
  struct Tries {
    Time since{};
    std::uint64_t rounds = 0;
    std::uint32_t depth = 0;  ///< loops; 0: it is in none
  };

  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< survives its occupants: an old wake-up finds nobody
  std::coroutine_handle<> resume_point;
  std::coroutine_handle<> root;  ///< owned; null when done
  ProcessState state = ProcessState::ready;
  bool timed_out = false;  ///< the last wait ended by its deadline
  bool cancel_requested = false;
  bool signal_pending = false;  ///< a signal it has not seen yet (TIF_SIGPENDING)
  bool interrupted = false;     ///< the last wait ended by it
  WaitRecord wait;

  ProcessId id{};
  ProcessSpec spec;
  std::vector<Held> held;
  std::uint32_t place = ~std::uint32_t{0};  ///< source place of its present operation
  const char* doing = "";                   ///< literal: what it is about, for reports
  std::uint32_t uninterruptible = 0;        ///< depth of stretches in which it cannot be killed
  void* user = nullptr;                     ///< the model object this process works for, if any
  Tries tries;                              ///< timed runs only

  // Untimed runs only.
  WaitAwaiterBase* asking = nullptr;  ///< whose request it is about to make
  Time local_time{};
  std::uint64_t last_object = 0;  ///< it made so far; ids count per actor
  std::uint32_t actor = 0;
  std::uint32_t children = 0;

  Process* previous = nullptr;  ///< in order of creation
  Process* next = nullptr;

  std::byte padding[64];  ///< see below; remove it when the rest has grown by a cache line
};
static_assert(offsetof(Process, wait.links) <= 64);
// An odd number of cache lines apart, the first lines of all records share all sets of a cache; at
// four they would crowd in a quarter of them (a fifth of the speed of 100 000 processes).
static_assert(sizeof(Process) / 64 % 2 == 1);

}  // namespace fencelab::core
