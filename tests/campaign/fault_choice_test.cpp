// Faults of scenarios where schedules are explored: at any instant, or not at all if they may.
#include <catch2/catch.hpp>
#include <string>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/paranoid.hpp"
#include "analysis/explore/random_walk.hpp"
#include "analysis/explore/replay.hpp"
#include "analysis/explore/state_search.hpp"
#include "campaign/scenario_stepper.hpp"
#include "tests/campaign/with_subject.hpp"

using namespace fencelab;
using analysis::Exploration;
using tests::with_subject;

namespace {

/// A producer that submits a job writing value 1 of `ready`, and a consumer that waits for it.
std::string producer_and_consumer(const std::string& faults) {
  return R"({"format": 1, "name": "pair",
    "platform": {"gpus": [{"name": "gpu0", "driver": "xe", "vram": "64 MiB", "engines": ["rcs0"]}]},
    "timelines": [{"name": "ready"}],
    "processes": [
      {"name": "producer", "buffers": [{"name": "b", "size": "1 MiB", "gpu": "gpu0"}],
       "contexts": [{"name": "c", "gpu": "gpu0"}], "threads": [{"name": "main", "program": [
        {"id": "job", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"],
         "signal_values": [{"timeline": "ready", "value": 1}]}}]}]},
      {"name": "consumer", "threads": [{"name": "main", "program": [
        {"wait": {"values": [{"timeline": "ready", "value": 1}]}}]}]}],
    "faults": [)" +
         faults + R"(], "stacks": ["linux-implicit"]})";
}

/// Two threads of one user that share a mutex.
std::string two_lockers(const std::string& faults) {
  const auto process = [](const std::string& name) {
    return R"({"name": ")" + name + R"(", "threads": [{"name": "main", "program": [
      {"lock": "m"}, {"think": "1 ms"}, {"unlock": "m"}]}]})";
  };
  return R"({"format": 1, "name": "lockers", "platform": {}, "locks": [{"name": "m"}], "processes": [)" +
         process("one") + "," + process("two") + R"(], "faults": [)" + faults +
         R"(], "stacks": ["linux-implicit"]})";
}

std::size_t dead_states(const std::string& text) {
  std::size_t found = 0;
  with_subject(text, [&](analysis::Subject& subject, const auto&, const auto&) {
    const Exploration a = analysis::explore_dpor(subject, {}, {});
    const Exploration b = analysis::explore_states(subject, {}, {});
    CHECK((a.exhausted && b.exhausted));
    CHECK(a.dead.size() == b.dead.size());
    // What proofs rest on holds for steps of faults as for others.
    const auto report = analysis::check_paranoid(subject, {}, {});
    for (const std::string& violation : report.violations) FAIL_CHECK(violation);
    found = a.dead.size();
  });
  return found;
}

const std::string kKill = R"({"kind": "kill", "process": "producer", "when": "5 s"})";
const std::string kNoMemory = R"({"kind": "no-memory", "process": "producer", "may": true})";

}  // namespace

TEST_CASE("Without a fault the consumer of a value always gets it") {
  CHECK(dead_states(producer_and_consumer("")) == 0);
}

TEST_CASE("A kill comes at any instant of a schedule, whatever its instant in time") {
  // At 5 s everything has long been done. In other schedules it comes before the job writes.
  CHECK(dead_states(producer_and_consumer(kKill)) == 1);
}

TEST_CASE("An allocation that may fail is explored both ways") {
  // The buffer is not placed, the submit returns -ENOMEM, and the job that would write never runs.
  CHECK(dead_states(producer_and_consumer(kNoMemory)) == 1);
}

TEST_CASE("No more allocations fail than the fault says") {
  // The producer makes one allocation; a fault that begins with its second never strikes.
  CHECK(dead_states(producer_and_consumer(
            R"({"kind": "no-memory", "process": "producer", "may": true, "at": 1})")) == 0);
}

TEST_CASE("A hang that may strike leaves schedules in which it does not") {
  with_subject(
      producer_and_consumer(R"({"kind": "hang", "process": "producer", "op": "job", "may": true})"),
      [](analysis::Subject& subject, const auto&, const auto&) {
        const Exploration a = analysis::explore_dpor(subject, {}, {});
        CHECK(a.exhausted);
        CHECK(a.dead_executions > 0);
        CHECK(a.dead_executions < a.executions);
      });
}

TEST_CASE("A fault without an operation strikes every job of its process") {
  CHECK(dead_states(producer_and_consumer(R"({"kind": "hang", "process": "producer"})")) == 1);
}

TEST_CASE("A process killed with a mutex of its own in hand takes it along") {
  // The other can be stuck in one way: it waits for the mutex and holds nothing.
  CHECK(dead_states(two_lockers("")) == 0);
  CHECK(dead_states(two_lockers(R"({"kind": "kill", "process": "one", "when": "1 s"})")) == 1);
}

TEST_CASE("Random walks draw faults, too") {
  for (const std::string& fault : {kKill, kNoMemory})
    with_subject(producer_and_consumer(fault), [](analysis::Subject& subject, const auto&,
                                                  const auto&) {
      const Exploration walked = analysis::explore_randomly(subject, {}, {}, {.executions = 200});
      CHECK(walked.dead.size() == 1);
    });
}

TEST_CASE("Schedules tell by name how faults and allocations fell, and replay finds it again") {
  with_subject(producer_and_consumer(kNoMemory), [](campaign::ScenarioSubject& subject,
                                                    const auto& scenario, const auto& stack) {
    const Exploration a = analysis::explore_dpor(subject, {}, {});
    REQUIRE(a.dead.size() == 1);
    const auto steps = campaign::name_schedule(subject, {}, a.dead.begin()->second.schedule);
    const auto named = [](const auto& step) { return step.choice == "fails"; };
    CHECK(std::count_if(steps.begin(), steps.end(), named) == 1);
    campaign::ScenarioStepper stepper(scenario, stack, {});
    const auto result = analysis::replay(stepper, analysis::schedule_of(steps));
    CHECK(result.fits());
    CHECK(result.stuck);
  });
}
