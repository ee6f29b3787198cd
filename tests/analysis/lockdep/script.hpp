// Scripts of lock operations, as small core programs that complete: for the self-test cases of
// lockdep (lib/locking-selftest.c).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/lockdep/order_watch.hpp"
#include "core/locks.hpp"
#include "core/simulation.hpp"

namespace fencelab::analysis::test {

/// A simulation that is watched.
struct Watched {
  explicit Watched(FenceClasses fences = FenceClasses::each) : watch(simulation, fences) {
    simulation.probe().subscribe(watch, OrderWatch::kMask);
  }
  core::Simulation simulation;
  OrderWatch watch;

  core::Process& start(std::string name, core::Task<> body,
                       core::ProcessRole role = core::ProcessRole::user_thread) {
    return simulation.spawn({std::move(name), role}, std::move(body));
  }
  /// Runs; everything that was started must end, so that whatever is reported is a prediction.
  OrderReport run();
};

/// Locks by name. The class of a lock is the first letter of its name: X1 and X2 are two of class
/// X. Operations are words "OP:NAME", OP being one of
///   m mutex, w rwsem for writing, r rwsem for reading, W rwlock for writing, R rwlock for reading,
///   t mutex by trylock, with a '-' before OP to release; and "i" / "-i" for interrupts off / on.
class ScriptLocks {
 public:
  explicit ScriptLocks(core::Simulation& simulation) : simulation_(simulation) {}
  core::Task<> play(std::string script, core::Duration start);
  core::Mutex& mutex(const std::string& name);

 private:
  core::RwLock& rwsem(const std::string& name);
  core::RwLock& rwlock(const std::string& name);
  core::Task<> step(std::string word);
  void release(char op, const std::string& name);
  core::Simulation& simulation_;
  std::map<std::string, std::unique_ptr<core::Mutex>> mutexes_;
  std::map<std::string, std::unique_ptr<core::RwLock>> rwsems_, rwlocks_;
};

/// Each script in a process of its own, one after the other in time; nothing orders them.
OrderReport in_processes(const std::vector<std::string>& scripts);
/// All of them in one process, as the kernel's self-tests run.
OrderReport in_one_process(const std::vector<std::string>& scripts);

std::set<std::string> rules(const std::vector<Prediction>& predictions);

/// The one prediction of that rule; fails the test if there is none.
const Prediction& the(const std::vector<Prediction>& predictions, std::string_view rule);

}  // namespace fencelab::analysis::test
