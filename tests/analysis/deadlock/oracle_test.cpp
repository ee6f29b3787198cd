// Rule: reduction says exactly who is dead, for every mix of waits. Checked against an exhaustive
// search that shares no code with it.
#include "tests/analysis/deadlock/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/reduction.hpp"
#include "tests/analysis/deadlock/folklore.hpp"
#include "tests/sampling.hpp"

namespace fencelab::test {
namespace {

constexpr int kSystems = tests::sample(120'000);

std::vector<bool> dead_by_reduction(const core::WaitGraph& graph) {
  const analysis::Reduction reduction = analysis::reduce(graph);
  std::vector<bool> dead;
  for (core::AgentIndex a = 0; a < graph.agents.size(); ++a) dead.push_back(reduction.is_dead(a));
  return dead;
}

bool any(const std::vector<bool>& flags) {
  return std::find(flags.begin(), flags.end(), true) != flags.end();
}

struct Tally {
  int deadlocked = 0, partly = 0, wrong = 0, false_alarms = 0, misses = 0;
};

}  // namespace

TEST_CASE("reduction agrees with an exhaustive search on random systems", "[deadlock][oracle]") {
  std::mt19937_64 random(20240229);
  Tally reduction, cycle, knot;
  for (int i = 0; i < kSystems; ++i) {
    const System system = random_system(random);
    const core::WaitGraph graph = describe(system);
    const std::vector<bool> dead = dead_by_search(system);
    const bool deadlocked = any(dead);
    reduction.deadlocked += deadlocked;
    reduction.partly += deadlocked && std::count(dead.begin(), dead.end(), false) > 0;
    if (dead_by_reduction(graph) != dead && ++reduction.wrong == 1) UNSCOPED_INFO("system " << i);
    for (auto [tally, verdict] :
         {std::pair{&cycle, cycle_test(graph)}, std::pair{&knot, knot_test(graph)}}) {
      tally->false_alarms += verdict && !deadlocked;
      tally->misses += !verdict && deadlocked;
    }
  }
  SUCCEED(
      fmt::format("{} systems, {} deadlocked ({} in part); cycle test: {} false alarms, {} "
                  "misses; knot test: {} false alarms, {} misses",
                  kSystems, reduction.deadlocked, reduction.partly, cycle.false_alarms,
                  cycle.misses, knot.false_alarms, knot.misses));
  CHECK(reduction.wrong == 0);
  CHECK(reduction.deadlocked > kSystems / 5);
  CHECK(reduction.deadlocked < kSystems * 4 / 5);
  CHECK(reduction.partly > kSystems / 10);
  // The systems are not of the easy kinds on which the folklore tests are right.
  CHECK(cycle.false_alarms > kSystems / 100);
  CHECK(cycle.misses > kSystems / 100);
  CHECK(knot.misses > kSystems / 100);
}

}  // namespace fencelab::test
