// Many checks at once: order, seeds that are merged, workers that crash or do not stop.
#include "campaign/check_all.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>

#include "campaign/worker_pool.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab::campaign;
using namespace fencelab::tests;
using fencelab::scenarios::ResolvedStack;
using fencelab::scenarios::Scenario;

namespace {

using Check = CheckFunction;

CheckRecord check_with(const Check& check, std::vector<std::uint64_t> seeds,
                       std::chrono::milliseconds budget = std::chrono::seconds(60)) {
  const Scenario scenario = scenario_expecting({});
  ResolvedStack stack;
  stack.name = "stack";
  const std::vector<CheckItem> items = {{&scenario, &stack, std::move(seeds), {.budget = budget}}};
  std::size_t finished = 0;
  const auto records =
      check_all(items, {.jobs = 2, .check = check}, [&](const CheckRecord&) { ++finished; });
  CHECK(finished == 1);
  return records.at(0);
}

/// A check that finds what `verdict` says for a seed.
Check finding(const std::function<std::string(std::uint64_t)>& verdict) {
  return [verdict](const Scenario&, const ResolvedStack&, std::uint64_t seed, const CheckOptions&) {
    CheckRecord record = record_of(verdict(seed));
    record.seeds = {seed};
    record.strength = seed == 2 ? Strength::explored : Strength::proved;
    record.schedules = 10;
    record.work.states = 100;
    record.work.depth = 5 + seed;
    if (record.verdict == "deadlock") record.findings = {finding_of("deadlock", "deadlock")};
    return record;
  };
}

}  // namespace

TEST_CASE("seeds are merged to the worst verdict, the least strength and all the work") {
  const CheckRecord record = check_with(
      finding([](std::uint64_t seed) { return seed == 1 ? "complete" : "deadlock"; }), {1, 2, 3});
  CHECK(record.status == "ok");
  CHECK(record.verdict == "deadlock");
  CHECK(record.strength == Strength::explored);
  CHECK(strength_word(record) == "explored(30)");
  CHECK(record.seeds == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(record.work.executions == 3);
  CHECK(record.work.states == 300u);
  CHECK_FALSE(record.work.blocked);
  CHECK(record.work.depth == 8u);
  CHECK(record.findings.size() == 1);  // one class
  CHECK(record.assumptions.size() == 1);
}

TEST_CASE("a worker that crashes costs its own check, and no verdict is made up") {
  for (const auto& [crash, words] :
       {std::pair<Check, std::string>{
            [](const Scenario&, const ResolvedStack&, std::uint64_t,
               const CheckOptions&) -> CheckRecord { throw std::runtime_error("broken"); },
            "broken"},
        {[](const Scenario&, const ResolvedStack&, std::uint64_t seed, const CheckOptions&) {
           if (seed == 2) ::raise(SIGKILL);
           return record_of("complete");
         },
         "signal 9"},
        {[](const Scenario&, const ResolvedStack&, std::uint64_t,
            const CheckOptions&) -> CheckRecord { ::_exit(3); },
         "status 3"}}) {
    const CheckRecord record = check_with(crash, {1, 2});
    CHECK(record.status == "crashed");
    CHECK(record.message.find(words) != std::string::npos);
    CHECK(record.verdict.empty());
    CHECK(record.file == "dir/s.json");
  }
}

TEST_CASE("a worker that does not stop at its budget is stopped, and that is no verdict") {
  const auto begun = std::chrono::steady_clock::now();
  const CheckRecord record = check_with(
      [](const Scenario&, const ResolvedStack&, std::uint64_t, const CheckOptions&) {
        for (;;) ::pause();
        return record_of("complete");
      },
      {1}, std::chrono::milliseconds(100));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(60));
  CHECK(record.status == "budget");
  CHECK(record.verdict.empty());
  CHECK(record.message == "stopped without a verdict: the budget of 0.1 s is over");
}

TEST_CASE("results of workers come in the order of the tasks, whatever bytes they have") {
  std::vector<WorkerTask> tasks;
  for (int i = 0; i < 20; ++i)
    tasks.emplace_back([i] {
      ::usleep(static_cast<useconds_t>((20 - i) * 500));
      return std::string("\0=!\xff", 4) + std::to_string(i);
    });
  for (const unsigned jobs : {0u, 1u, 7u}) {
    std::size_t finished = 0;
    const auto results = run_tasks(tasks, {.jobs = jobs, .stop = nullptr, .limits = {}},
                                   [&](std::size_t, const WorkerResult&) { ++finished; });
    CHECK(finished == 20);
    for (std::size_t i = 0; i < 20; ++i)
      CHECK(results[i].text == std::string("\0=!\xff", 4) + std::to_string(i));
  }
}

TEST_CASE("a record survives the way from the worker to the parent") {
  CheckRecord record = record_of("deadlock");
  record.strength = Strength::explored;
  record.schedules = 12;
  record.shortfall = "why";
  record.work = {3, 4, {}, 6, {"depth"}};
  record.wall_seconds = 0.25;
  record.findings = {finding_of("predicted", "lock-order")};
  record.findings[0].state = CheckFinding::State::refuted;
  Counterexample& way = record.findings[0].way;
  way.token = "v1:x";
  way.seed = 7;
  way.policies = {{"bind", "sync"}};
  way.steps = {{"a", "b", "1", "f:3", "blocked", "victim, 2 of 3"}};
  way.critical = 0;
  record.run = {1, 2, 3, 4, 5};
  const std::string json = record.to_json();
  const CheckRecord same = CheckRecord::from_json(json);
  CHECK(same.to_json() == json);
  CHECK(same.findings[0].state == CheckFinding::State::refuted);
  CHECK(same.findings[0].way.critical == 0u);
  CHECK(same.findings[0].way.policies == way.policies);
  REQUIRE(same.findings[0].way.steps.size() == 1);
  CHECK(same.findings[0].way.steps[0].question == "victim, 2 of 3");
  CHECK(same.run == record.run);
  CHECK(same.work.states == 4u);
  CHECK_FALSE(same.work.blocked);
}
