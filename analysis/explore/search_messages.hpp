// What a search and its workers say to each other. A subtree of prover A is a function of what a
// task says and of nothing else: whoever does it, and when, it comes out the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/explore/actor_table.hpp"
#include "analysis/explore/dpor_state.hpp"
#include "analysis/explore/rivals.hpp"

namespace fencelab::analysis {

/// Go on with this search for a while.
struct SubtreeTask {
  std::vector<ActorName> actors;     ///< by number
  std::vector<Rivals::Pair> rivals;  ///< known by now
  DporState state;
  std::uint64_t steps = 0;  ///< stop at the end of an execution after so many, taken or taken again
  bool stop_at_dead = false;  ///< or at that of one that is the first to end dead
};

/// What came of it. The worker also stops when it meets an actor that has no number, or rivals.
struct SubtreeResult {
  Exploration work;                   ///< of dead states only keys and schedules
  std::vector<RaceRequest> requests;  ///< for steps that were given, in order
  std::vector<ActorName> actors;      ///< by number; what the task said, and more
  std::vector<Rivals::Pair> rivals;   ///< likewise
  std::optional<DporState> rest;      ///< where it stopped; none: all is done
};

/// Prover B: go on until so many steps were taken or taken again in all.
struct StatesTask {
  std::vector<ActorName> actors;  ///< when it begins
  ExploreLimits limits;           ///< of steps only
  bool is_first = false;          ///< begin anew
};

struct StatesResult {
  Exploration work;  ///< since the beginning
  std::vector<ActorName> actors;
  bool is_done = false;  ///< ended by itself
};

enum class TaskKind : std::uint8_t { subtree, states };

/// The first byte says which.
TaskKind kind_of(std::string_view task);
std::string to_bytes(const SubtreeTask& task);
std::string to_bytes(const StatesTask& task);
std::string to_bytes(const SubtreeResult& result);
std::string to_bytes(const StatesResult& result);
SubtreeTask subtree_task(std::string_view bytes);
StatesTask states_task(std::string_view bytes);
SubtreeResult subtree_result(std::string_view bytes);
StatesResult states_result(std::string_view bytes);

}  // namespace fencelab::analysis
