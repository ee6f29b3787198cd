// Prover B: depth-first search over stored states with sleep sets (Godefroid, LNCS 1032, 1996);
// ends also where processes loop, if they say what they depend on at loop heads
// (Simulation::forget).
#pragma once

#include <unordered_map>

#include "analysis/explore/search_parts.hpp"
#include "analysis/explore/state_hash.hpp"

namespace fencelab::analysis {

/// The search as something that can stand still.
class StateSearch {
 public:
  StateSearch(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits)
      : subject_(subject), options_(options), limits_(limits) {}

  /// Goes on until so many steps were taken or taken again in all. Whether it ended by itself: all
  /// is done, or a bound other than on steps was hit; it cannot go on then.
  bool run(std::uint64_t steps);
  /// What was done since the beginning. Exhausted only if it ended by itself.
  const Exploration& result() const { return result_; }

 private:
  struct Node {
    std::uint64_t key = 0;
    ActorSet todo;      ///< to be tried from here
    Sleepers sleepers;  ///< need not be tried: asleep from the start, or done here
    std::uint32_t actor = 0;
    core::Step step;  ///< of `actor`, if it was taken: the same whenever the path is
    std::vector<ChoiceTaken> choices;
    std::vector<core::Touch> touches;  ///< of that step, over all answers tried
    std::uint32_t preemptions = 0;     ///< on the path to it
    bool goes_on_enabled = false;      ///< whoever acted from here could have acted again
    bool quiescent = false;            ///< only recovery timers can act, since nothing else can
    bool alone = false;  ///< its first step touched nothing: whoever else can act may act later
    void reset();
  };
  struct Visited {
    ActorSet asleep;  ///< actors that nobody has tried from there
    bool on_path = false;
  };

  void execute();
  void take(Execution& execution, Node& node, const core::Step& step);
  void take_again(Execution& execution, Node& node);
  bool extend(Execution& execution);
  ActorSet within_bound(Node& node, const ActorSet& enabled, std::uint64_t& key);
  void note_newness(Node& from, bool is_new);
  std::uint32_t pick(const std::vector<core::Step>& steps, const ActorSet& from) const;
  bool leaf(Execution& execution);
  Schedule path() const;
  void inherit_sleepers(const Node& from, Node& into, ActorSet& asleep) const;
  bool backtrack();

  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  StateHash hash_;
  std::unordered_map<std::uint64_t, Visited> visited_;
  std::vector<Node> nodes_;
  std::vector<core::Touch> last_touches_;
  std::uint32_t length_ = 0;
  bool is_begun_ = false;
  SearchClock clock_{limits_};
  Exploration result_;
};

/// Explores `subject`. The result is a proof if it is exhausted, up to collisions of 64-bit keys.
Exploration explore_states(Subject& subject, const ExecutionOptions& options,
                           const ExploreLimits& limits);

}  // namespace fencelab::analysis
