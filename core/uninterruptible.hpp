// Uninterruptible: a stretch of kernel code that a fatal signal does not end (TASK_UNINTERRUPTIBLE,
// shrinkers, MMU notifiers). Whoever ends processes looks at Process::uninterruptible first.
#pragma once

#include "core/simulation.hpp"

namespace fencelab::core {

/// While it lives, the running process cannot be killed. Nests; lives in a coroutine frame.
class Uninterruptible {
 public:
  explicit Uninterruptible(Simulation& simulation) : process_(*simulation.current()) {
    ++process_.uninterruptible;
  }
  ~Uninterruptible() { --process_.uninterruptible; }
  Uninterruptible(const Uninterruptible&) = delete;
  Uninterruptible& operator=(const Uninterruptible&) = delete;

 private:
  Process& process_;
};

}  // namespace fencelab::core
