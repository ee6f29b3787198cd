// Prover A's tree in parts that several can work on. Children of a node are tried in the order in
// which races asked for them, and a subtree depends on nothing but on what was asked for before it.
// So parts can be done in any order; what they found is put together in the order of a search that
// is alone, and everything comes out as it does there.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "analysis/explore/search_messages.hpp"

namespace fencelab::analysis {

struct Branching;

/// What was done of a part in one go.
struct PartWork {
  Exploration work;
  std::vector<RaceRequest> requests;
  /// Actors got numbers: those count once everything before is settled. Empty: nobody new was met.
  std::vector<ActorName> actors;
  /// All that are known, if this met new ones: once everything before is settled the search begins
  /// anew. Empty: it met none.
  std::vector<Rivals::Pair> rivals;
};

/// A subtree, or what is left of one.
struct Part {
  enum class Standing : std::uint8_t {
    ready,     ///< somebody could go on with it
    running,   ///< somebody does
    held,      ///< nobody may before all that was done of it is settled
    poisoned,  ///< whoever works on it dies of it
    split,     ///< in `branching`
    done
  };
  Standing standing = Standing::ready;
  Branching* above = nullptr;            ///< which it is a part of; null for the whole
  DporState state;                       ///< where it stands, unless split
  std::optional<DporState> before;       ///< where it stood before what it is held for
  std::unique_ptr<Branching> branching;  ///< if split
  std::deque<PartWork> log;              ///< what was done, in order, not yet passed upwards
  std::uint32_t losses = 0;              ///< of workers that were at it
};

/// A part that was split: the upper end of its path, with all that is to be tried from there.
struct Branching {
  Part* whole = nullptr;
  std::vector<DporNode> path;  ///< to where `head` begins
  std::uint32_t floor = 0;     ///< as that of the whole
  std::unique_ptr<Part> head;  ///< next in order: what begins with the path
  struct Ahead {
    DporNode node;  ///< as it will be when it is the turn of this part
    std::unique_ptr<Part> part;
  };
  struct Level {
    DporNode planned;         ///< as it will be at the last of `ahead`
    std::deque<Ahead> ahead;  ///< after the step on the path, in order
  };
  std::deque<Level> levels;  ///< of the nodes from `floor` on
};

/// What a step would be: its choices with the answers given, and what it touches.
struct StepSeen {
  std::vector<ChoiceTaken> choices;
  std::vector<core::Touch> touches;
};
/// Takes the last step after the others. Nothing if an actor without a number was met, unless
/// `may_number`.
using LookAtStep =
    std::function<std::optional<StepSeen>(const std::vector<DporNode>& path, bool may_number)>;

/// Whether there is anything to be tried at `node` after the step on its path.
bool has_more(const DporNode& node);
/// Whether something was asked for at a level that is not yet planned.
bool has_more(const Branching& branching, std::size_t level);

/// Splits a part that is ready so that at least `wanted` subtrees (or all there are) stand alone.
/// False if there is nothing to split.
bool split(Part& part, std::size_t wanted);

/// Makes the next part ahead at a level. Null if nothing more was asked for there by now.
Part* plan(Branching& branching, std::size_t level, const LookAtStep& look, bool may_number);

/// Passes upwards what was done of the part in turn, and goes on to the next as far as it can.
/// With `may_number` for the part whose turn it is in the whole tree.
void settle(Part& part, const LookAtStep& look, bool may_number);

/// The state of a search that is alone and has done what was passed upwards, and no more.
DporState state_of(const Part& whole);

/// The part in turn: where a search that is alone would be.
Part& part_in_turn(Part& whole);

}  // namespace fencelab::analysis
