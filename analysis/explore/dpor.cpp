#include "analysis/explore/dpor.hpp"

#include "analysis/explore/dpor_search.hpp"
#include "analysis/explore/near_first.hpp"

namespace fencelab::analysis {

Exploration explore_dpor(Subject& subject, const ExecutionOptions& options,
                         const ExploreLimits& limits) {
  Rivals rivals(subject.actors());
  ExecutionOptions among_rivals = options;
  among_rivals.rivals = &rivals;
  SearchClock clock(limits);
  NearFirst near_first(subject, options, limits);
  FoundBefore found_before(subject.actors());
  for (;;) {
    DporSearch search(subject, among_rivals, limits);
    search.begin(state_after(limits.prefix));
    const bool all = search.run([&](Exploration& result) {
      if (limits.stop_at_first) near_first.look(result);
      return clock.look(result) || result.executions + result.blocked >= limits.executions ||
             (limits.stop_at_first && result.found_deadlock()) ||
             (limits.stop_at_first_good && result.executions > result.dead_executions);
    });
    Exploration result = std::move(search.result());
    if (search.met_rivals()) {
      clock.begin_again(result);
      found_before.keep(result);
      continue;
    }
    result.exhausted = all && result.bound_hits == 0 && result.inconclusive == 0;
    found_before.give_back(result);
    return result;
  }
}

}  // namespace fencelab::analysis
