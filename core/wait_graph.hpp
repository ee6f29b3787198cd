// The present state of all waits as a monotone AND/OR/k-of-n/pool graph. Core's objects describe
// themselves into it; analysis/deadlock reduces it. It is a snapshot: building it changes nothing.
//
// Nodes are gates. A gate is *obtainable* when at least `need` of its inputs are; an agent (a
// process, or a GPU job that can finish on its own account) is *live* when its gate is obtainable,
// and a live agent is as helpful as possible: it releases everything it holds or has promised.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "core/wait_reason.hpp"

namespace fencelab::core {

using GateIndex = std::uint32_t;
using AgentIndex = std::uint32_t;
using PoolIndex = std::uint32_t;
inline constexpr std::uint32_t kNoIndex = ~std::uint32_t{0};

/// What a gate stands for when it has no inputs of its own.
enum class GateKind : std::uint8_t {
  threshold,    ///< needs `need` of `inputs`; need 0 is true; fewer inputs than need can never open
  agent,        ///< opens when `agent` is live
  environment,  ///< hardware or a timer that certainly acts (vblank, a running transfer)
  faulty,       ///< the producer exists but is hung by a fault: opens only if faults are forgiven
  nobody,       ///< no producer at all
  units,        ///< `amount` units of `pool` can be had by `agent`
};

/// One gate. `object` is the thing waited on, for explanations; kNoObject for inner nodes.
struct Gate {
  GateKind kind = GateKind::threshold;
  std::uint32_t need = 0;
  std::vector<GateIndex> inputs;
  AgentIndex agent = kNoIndex;
  PoolIndex pool = kNoIndex;
  std::uint64_t amount = 0;
  ObjectId object{};
  std::string label;  ///< e.g. "dma_fence gfx:17", "value u >= 3 (now 1)"
};

/// What somebody holds while waiting, for explanations.
struct HeldItem {
  ObjectId object{};
  std::string label;
  std::string by_operation;        ///< the operation that took it
  std::uint32_t place = kNoIndex;  ///< that operation's place, as Agent::place
};

enum class AgentState : std::uint8_t {
  runnable,  ///< can run now or is certain to be woken (sleep, transfer): live
  idle,      ///< a server with nothing to do: live, and not unfinished
  blocked,   ///< waits on `gate`
};

/// A process (or job) in the snapshot.
struct Agent {
  std::string name;
  AgentState state = AgentState::runnable;
  bool daemon = false;        ///< a service: being blocked is not by itself unfinished work
  GateIndex gate = kNoIndex;  ///< when blocked
  WaitReason reason = WaitReason::sleep;
  Time since{};
  bool has_recovery_timer = false;  ///< the wait ends by a timeout at the latest
  Time recovery_at = kNever;
  std::vector<HeldItem> holds;
  std::string operation;           ///< what it is doing, e.g. "submit draw (client)"
  std::uint32_t place = kNoIndex;  ///< index into the run's table of source places
};

/// Counted, reusable units (pages, slots, credits).
struct WaitPool {
  struct Holding {
    AgentIndex agent = kNoIndex;  ///< returned when this agent is live, or ...
    GateIndex gate = kNoIndex;    ///< ... when this gate opens (a page of a busy buffer)
    std::uint64_t amount = 0;
  };
  std::string name;
  ObjectId object{};
  std::uint64_t free = 0;
  std::vector<Holding> holdings;
};

/// A whole snapshot.
struct WaitGraph {
  Time at{};
  std::vector<Agent> agents;
  std::vector<Gate> gates;
  std::vector<WaitPool> pools;
};

}  // namespace fencelab::core
