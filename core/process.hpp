// A process: one root coroutine of the simulated machine (an ioctl thread, a kernel worker, an
// engine, a display ...), with the record of what it waits for and what it holds meanwhile.
#pragma once

#include <coroutine>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/task.hpp"
#include "core/time.hpp"
#include "core/wait_reason.hpp"

namespace fencelab::core {

class Simulation;
class Waitable;
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

/// How a blocked process waits. Valid while Process::state is blocked or idle.
struct WaitRecord {
  WaitReason reason = WaitReason::sleep;
  Time since{};
  std::uint32_t need = 0;           ///< satisfied links still needed
  const WaitLink* links = nullptr;  ///< `count` links
  std::uint32_t count = 0;
  Time deadline = kNever;  ///< the wait ends then at the latest
  bool recovery = false;   ///< that deadline is a recovery timer: it repairs, nobody planned it
};

/// Something a process holds, newest last.
struct Held {
  const Waitable* object;
  std::uint32_t place;  ///< source place of the operation that took it
  std::uint64_t amount;
};

enum class ProcessState : std::uint8_t { ready, running, sleeping, blocked, idle, done };

/// What to spawn.
struct ProcessSpec {
  std::string name;
  ProcessRole role = ProcessRole::kernel_worker;
  bool daemon = false;     ///< a service: the run does not wait for its end
  bool transient = false;  ///< the record is recycled when the process ends
};

struct Process {
  ProcessId id{};
  ProcessSpec spec;
  ProcessState state = ProcessState::ready;
  WaitRecord wait;
  std::vector<Held> held;
  std::uint32_t place = ~std::uint32_t{0};  ///< source place of its present operation
  const char* doing = "";                   ///< literal: what it is about, for reports
  std::uint32_t slot = 0;
  bool timed_out = false;  ///< the last wait ended by its deadline
  bool cancel_requested = false;
  std::coroutine_handle<> resume_point;
  Task<void>* body = nullptr;
  void* user = nullptr;  ///< the model object this process works for, if any
};

}  // namespace fencelab::core
