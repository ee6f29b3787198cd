// `cycle` of an expectation: what counts as the cycle that a scenario states.
#include "campaign/expected_cycle.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "analysis/lockdep/prediction.hpp"
#include "campaign/expectations.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab;
using namespace fencelab::campaign;
using analysis::WaitEdge;
using scenarios::EdgeSpec;

namespace {

/// p has a and wants b, q has b and wants c, r has c and wants a.
std::vector<WaitEdge> ring() {
  return {{"p", "lock", "", {"mutex b"}, {"q"}, true},
          {"q", "lock", "", {"mutex c"}, {"r"}, true},
          {"r", "fence", "", {"dma_fence job draw#3 of x1"}, {"p"}, true}};
}

std::vector<EdgeSpec> stated() {
  return {{"p", "lock", "", {"mutex b"}, {"q"}, {}},
          {"q", "lock", "", {"mutex c"}, {"r"}, {}},
          {"r", "fence", "", {"dma_fence job draw# of x1"}, {"p"}, {}}};
}

std::vector<std::string> differences(const std::vector<EdgeSpec>& expected) {
  return cycle_differences(expected, ring());
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a number in words may be stated as #, and nothing else may") {
  CHECK(matches_words("bind # of app", "bind 12 of app"));
  CHECK(matches_words("job draw# of app", "job draw#0 of app"));
  CHECK(matches_words("job draw#0 of app", "job draw#0 of app"));
  CHECK_FALSE(matches_words("bind # of app", "bind  of app"));
  CHECK_FALSE(matches_words("bind # of app", "bind 1 of apps"));
  CHECK_FALSE(matches_words("bind 1 of app", "bind 2 of app"));
  CHECK_FALSE(matches_words("bind # of app", "bind x of app"));
}

TEST_CASE("a stated cycle may begin at any of its edges") {
  auto expected = stated();
  CHECK(differences(expected).empty());
  std::rotate(expected.begin(), expected.begin() + 1, expected.end());
  CHECK(differences(expected).empty());
}

TEST_CASE("an edge that was stated and is missing is named") {
  auto expected = stated();
  expected.push_back({"s", "lock", "", {"mutex d"}, {"p"}, {}});
  CHECK(differences(expected) ==
        Texts{"edge 4: expected s -[lock: mutex d]-> p, which is missing"});
}

TEST_CASE("an edge that was not stated is named") {
  auto expected = stated();
  expected.pop_back();
  CHECK(differences(expected) ==
        Texts{"not expected: edge r -[fence: dma_fence job draw#3 of x1]-> p"});
}

TEST_CASE("edges in another order are another cycle") {
  auto expected = stated();
  std::swap(expected[1], expected[2]);
  CHECK(differences(expected) ==
        Texts{"edge 2 does not follow edge 1: q -[lock: mutex c]-> r does",
              "edge 3 does not follow edge 2: p -[lock: mutex b]-> q does"});
}

TEST_CASE("each word of an edge counts: who, how, on what, by whom") {
  const auto with = [](auto change) {
    auto expected = stated();
    change(expected[0]);
    return differences(expected).size();
  };
  CHECK(with([](EdgeSpec& edge) { edge.kind = "ww_lock"; }) == 1);
  CHECK(with([](EdgeSpec& edge) { edge.on = {"mutex a"}; }) == 1);
  CHECK(with([](EdgeSpec& edge) { edge.on.push_back("mutex a"); }) == 1);
  CHECK(with([](EdgeSpec& edge) { edge.by = {"r"}; }) == 1);
  CHECK(with([](EdgeSpec& edge) { edge.by.clear(); }) == 1);
  CHECK(with([](EdgeSpec& edge) { edge.holds = "mutex a"; }) == 1);
  CHECK(with([](EdgeSpec& edge) { edge.who = "x"; }) == 2);  // one is missing, one is too many
}

TEST_CASE("alternatives of a wait, and edges beside the cycle, stand in any order") {
  auto edges = ring();
  edges.push_back({"s", "fence", "", {"fence f", "fence g"}, {"p", "q"}, false});
  edges.push_back({"t", "lock", "", {"mutex a"}, {"p"}, false});
  auto expected = stated();
  expected.insert(expected.begin(), {"t", "lock", "", {"mutex a"}, {"p"}, {}});
  expected.push_back({"s", "fence", "", {"fence g", "fence f"}, {"q", "p"}, {}});
  CHECK(cycle_differences(expected, edges).empty());
  expected.back().on = {"fence g", "fence h"};
  CHECK(cycle_differences(expected, edges).size() == 1);
}

TEST_CASE("of several findings the one that is most alike is compared, and none is a difference") {
  auto other = ring();
  other.pop_back();
  CHECK(cycle_differences(stated(), std::vector{other, ring()}).empty());
  CHECK(cycle_differences(stated(), std::vector{other}).size() == 1);
  CHECK(cycle_differences(stated(), std::vector<std::vector<WaitEdge>>{}) ==
        Texts{"nothing is stuck that has a cycle"});
}

TEST_CASE("a check holds a scenario to the cycle that it states") {
  auto scenario = tests::scenario_expecting({"deadlock"});
  scenario.expect["stack"].cycle = stated();
  auto record = tests::deadlocked();
  record.findings[0].edges = ring();
  CHECK(judge(scenario, record, Strength::observed, {}).ok());
  record.findings[0].edges.pop_back();
  const auto judgement = judge(scenario, record, Strength::observed, {});
  REQUIRE(judgement.failures.size() == 1);
  CHECK(judgement.failures[0].rule == "different-cycle");
}

TEST_CASE("a predicted cycle that a scenario states is expected, and another one is not") {
  auto scenario = tests::scenario_expecting({"complete"});
  scenario.expect["stack"].cycle = stated();
  auto record = tests::record_of("complete");
  record.strength = Strength::predicted;
  record.findings = {tests::finding_of("predicted", "lock-order")};
  record.findings[0].state = CheckFinding::State::open;
  record.findings[0].edges = ring();
  CHECK(judge(scenario, record, Strength::predicted, {}).ok());
  record.findings[0].edges[0].by = {"r"};
  CHECK_FALSE(judge(scenario, record, Strength::predicted, {}).ok());
  record.findings.clear();
  CHECK_FALSE(judge(scenario, record, Strength::predicted, {}).ok());
}

TEST_CASE("a run that gets stuck must get stuck in the stated cycle") {
  auto scenario = tests::scenario_expecting({"deadlock", "complete"});
  scenario.expect["stack"].cycle = stated();
  RunRecord record;
  record.scenario = "s";
  record.stack = "stack";
  record.verdict = "deadlock";
  record.incidents.emplace_back();
  record.incidents[0].edges = ring();
  CHECK(check(scenario, record).empty());
  record.incidents[0].edges.pop_back();
  CHECK(check(scenario, record).size() == 1);
  record.incidents.clear();
  CHECK(check(scenario, record).size() == 1);
  record.verdict = "complete";
  CHECK(check(scenario, record).empty());
}

TEST_CASE("edges travel with their record between processes") {
  auto record = tests::deadlocked();
  record.findings[0].edges = ring();
  const auto read = CheckRecord::from_json(record.to_json());
  REQUIRE(read.findings.size() == 1);
  CHECK(cycle_differences(stated(), read.findings[0].edges).empty());
}

TEST_CASE("the kinds of a predicted order that scenarios may state are those that there are") {
  using analysis::EdgeOrigin;
  CHECK(to_string(EdgeOrigin::held) == "held");
  CHECK(to_string(EdgeOrigin::duty) == "duty");
  CHECK(to_string(EdgeOrigin::dependency) == "dependency");
  CHECK(to_string(EdgeOrigin::contract) == "contract");
}
