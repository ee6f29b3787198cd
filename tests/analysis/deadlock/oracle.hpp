// The other way to find out who is dead: small concrete systems of processes, locks, fences,
// timelines, counters and pools, run in every order. Nothing here knows of gates or fixpoints.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "core/wait_graph.hpp"

namespace fencelab::test {

enum class ItemKind : std::uint8_t {
  mutex,
  read_lock,
  write_lock,
  fence,
  timeline,
  counter,
  units,
};

/// One thing a process waits for: an object of the kind, and a value or a number of units.
struct Item {
  ItemKind kind = ItemKind::mutex;
  int object = 0;
  int amount = 0;
  bool granted = false;  ///< a lock or FIFO request that was handed over already
};

enum class Status : std::uint8_t { blocked, running, finished };

/// A process waits for `need` of its items, and when that is over runs to its end and releases
/// everything it holds and signals all that it promised.
struct ProcessState {
  Status status = Status::blocked;
  int need = 0;
  std::vector<Item> items;
};

/// Queues are in the order of requests. Writers pass nobody and are passed by nobody.
struct LockState {
  bool shared = false;  ///< a reader-writer lock
  int writer = -1;      ///< or the owner of a mutex
  std::vector<int> readers;
  std::vector<int> queue;
};

/// One-shot. Any of the signallers signals it when it finishes.
struct FenceState {
  bool signaled = false;
  bool by_hardware = false;  ///< will be signaled whatever happens
  std::vector<int> signallers;
};

/// Each producer raises the value to its reach (timeline) or by its amount (counter) at its end.
struct ValueState {
  int value = 0;
  std::vector<std::pair<int, int>> producers;
};

/// Units held by processes, units guarded by fences, and free ones.
struct PoolState {
  int free = 0;
  bool fifo = false;       ///< requests are granted in order; else whoever fits may take
  bool all_of = false;     ///< FIFO: waiters may wait for other things too
  std::vector<int> queue;  ///< FIFO only
  std::vector<std::pair<int, int>> held;     ///< process, amount
  std::vector<std::pair<int, int>> guarded;  ///< fence, amount
};

struct System {
  std::vector<ProcessState> processes;
  std::vector<LockState> locks;  ///< mutexes and reader-writer locks
  std::vector<FenceState> fences;
  std::vector<ValueState> timelines, counters;
  std::vector<PoolState> pools;
};

/// A system of 2 to 7 processes in a consistent state (whatever can be granted has been).
System random_system(std::mt19937_64& random);

/// The system after everything that can be handed over has been.
System settled(System system);

/// Per process: no order of releases and ends in which it finishes. Exhaustive search.
std::vector<bool> dead_by_search(const System& system);

/// The system's present state as core's objects would describe it.
core::WaitGraph describe(const System& system);

}  // namespace fencelab::test
