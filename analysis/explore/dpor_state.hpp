// Where prover A stands: the path it is on, and what was and is to be tried from each state of it.
// Plain values, so that a search can be stopped, sent elsewhere and gone on with.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/explore/search_parts.hpp"

namespace fencelab::analysis {

/// A state on the path.
struct DporNode {
  ActorSet enabled;
  ActorSet backtrack;  ///< to be tried from here, tried or under way: those of `order`
  std::vector<std::uint32_t> order;  ///< in the order in which races asked for them
  std::uint32_t next = 0;            ///< index in `order`: everybody before had a turn
  ActorSet asleep;
  Sleepers sleepers;            ///< asleep from the start, then those done here
  std::uint32_t inherited = 0;  ///< how many of them were asleep from the start
  Sleepers roused;              ///< those of them that do not sleep on after the step on the path
  std::uint32_t actor = 0;      ///< whose step is on the path
  core::Step step;              ///< that step, if it was taken: the same whenever the path is
  std::vector<ChoiceTaken> choices;
  std::vector<core::Touch> touches;  ///< of that step, over all answers tried
  bool quiescent = false;            ///< only recovery timers can act
  std::uint32_t daemon_steps = 0;    ///< steps of services alone since anything was done
  std::uint32_t deviations = 0;      ///< steps on the path before it that others were tried before
  bool deviates = false;             ///< its own step is one
  std::uint64_t progress = 0;

  void reset();
  /// Lets `who` have a turn, after all who were asked for before.
  void ask(std::uint32_t who) {
    if (backtrack.contains(who)) return;
    backtrack.insert(who);
    order.push_back(who);
  }
  void ask_all(const ActorSet& actors);
  /// Makes sure that one of `initials` has a turn here.
  void ask_one_of(const std::vector<std::uint32_t>& initials);
  /// Goes over to the next step to be tried from here: another answer, or the next actor. False
  /// after the last; later, when more were asked for, there may be one.
  bool advance();
};

/// A search that stands still.
struct DporState {
  std::vector<DporNode> nodes;
  /// Nodes before this are given: their steps are neither tried otherwise nor taken back, and only
  /// actor and choices count there; of the last one also who sleeps.
  std::uint32_t floor = 0;
  /// The last step was not taken yet. Else all that begins with it has been explored as it stands.
  bool is_new = true;
};

/// Where a search begins that is given the steps of `prefix`.
DporState state_after(const Schedule& prefix);

/// A race with a step that was given: one of `initials` must have a turn at node `index`.
struct RaceRequest {
  std::uint32_t index = 0;
  std::vector<std::uint32_t> initials;
  friend bool operator==(const RaceRequest&, const RaceRequest&) = default;
  friend auto operator<=>(const RaceRequest&, const RaceRequest&) = default;
};

}  // namespace fencelab::analysis
