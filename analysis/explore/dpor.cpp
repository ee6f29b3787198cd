#include "analysis/explore/dpor.hpp"

#include "analysis/explore/dpor_search.hpp"
#include "analysis/explore/near_first.hpp"

namespace fencelab::analysis {

Exploration explore_dpor(Subject& subject, const ExecutionOptions& options,
                         const ExploreLimits& limits) {
  DporSearch search(subject, options, limits);
  search.begin(state_after(limits.prefix));
  SearchClock clock(limits);
  NearFirst near_first(subject, options, limits);
  const bool all = search.run([&](Exploration& result) {
    if (limits.stop_at_first) near_first.look(result);
    return clock.look(result) || result.executions + result.blocked >= limits.executions ||
           (limits.stop_at_first && result.found_deadlock()) ||
           (limits.stop_at_first_good && result.executions > result.dead_executions);
  });
  Exploration result = std::move(search.result());
  result.exhausted = all && result.bound_hits == 0 && result.inconclusive == 0;
  return result;
}

}  // namespace fencelab::analysis
