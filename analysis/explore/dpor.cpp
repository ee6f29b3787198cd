#include "analysis/explore/dpor.hpp"

#include "analysis/explore/dpor_search.hpp"

namespace fencelab::analysis {

namespace {

DporState state_after(const Schedule& prefix) {
  DporState state;
  state.floor = static_cast<std::uint32_t>(prefix.size());
  for (const ScheduledStep& step : prefix) {
    DporNode node;
    node.actor = step.actor;
    node.choices = step.choices;
    state.nodes.push_back(std::move(node));
  }
  return state;
}

}  // namespace

Exploration explore_dpor(Subject& subject, const ExecutionOptions& options,
                         const ExploreLimits& limits) {
  DporSearch search(subject, options, limits);
  search.begin(state_after(limits.prefix));
  SearchClock clock(limits);
  const bool all = search.run([&](Exploration& result) {
    return clock.look(result) || result.executions + result.blocked >= limits.executions ||
           (limits.stop_at_first && result.found_deadlock()) ||
           (limits.stop_at_first_good && result.executions > result.dead_executions);
  });
  Exploration result = std::move(search.result());
  result.exhausted = all && result.bound_hits == 0 && result.inconclusive == 0;
  return result;
}

}  // namespace fencelab::analysis
