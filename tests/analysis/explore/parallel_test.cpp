// Prover A on several workers, held against itself alone. What is required is in the contract of
// ParallelDpor: nothing of a result depends on who did what, and when. The workers of these tests
// answer in any order, come late and get lost.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/parallel_dpor.hpp"
#include "tests/analysis/explore/random_programs.hpp"
#include "tests/analysis/explore/same_exploration.hpp"
#include "tests/analysis/explore/scattered_workers.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

using MakeSubject = ScatteredWorkers::MakeSubject;

struct Together {
  Exploration result;
  std::uint64_t tasks = 0;
};

Together explore_together(const MakeSubject& make, const ScatteredOptions& scattered,
                          const ExploreLimits& limits = {}, std::uint64_t steps_per_task = 40,
                          const ExecutionOptions& execution = {}) {
  const auto subject = make();
  ScatteredWorkers workers(make, execution, scattered);
  WorkerDesk desk(workers);
  const ParallelTuning tuning{.alone = std::chrono::duration<double>(0),
                              .steps_per_task = steps_per_task};
  ParallelDpor search(*subject, execution, limits, desk, tuning);
  Together together{search.run([] {}), 0};
  together.tasks = workers.tasks;
  return together;
}

MakeSubject maker(const LitmusProgram& program, std::size_t objects) {
  return [program, objects] { return std::make_unique<LitmusSubject>(program, objects); };
}

core::Task<> child(LitmusWorld& world, std::size_t parent, std::size_t first) {
  co_await world.lock(parent).lock();
  if (first == 0) co_await world.lock((parent + 1) % 3).lock();
  if (first == 0) world.lock((parent + 1) % 3).unlock();
  world.lock(parent).unlock();
}

// Which actors there are depends on who came first, and so do their numbers: everybody has a child
// for each that came before, and one; or only who comes first has any.
core::Task<> parent(LitmusWorld& world, std::size_t number, bool only_first) {
  const std::uint64_t turn = world.variable(0).write()++;
  const std::uint64_t children = !only_first ? turn + 1 : turn == 0 ? 3 : 0;
  for (std::uint64_t i = 0; i < children; ++i) world.sim.spawn({"child"}, child(world, number, i));
  co_return;
}

template <bool only_first>
void spawn_parents(LitmusWorld& world) {
  for (std::size_t i = 0; i < 3; ++i) world.sim.spawn({"parent"}, parent(world, i, only_first));
}

/// The first and the last are ABBA, and what is between keeps a search busy before it comes to
/// exchange their first steps: a dead state that is found late.
LitmusProgram late_deadlock() {
  LitmusProgram program{{L(5), L(6), U(6), U(5)}};
  for (std::size_t i = 0; i < 5; ++i)
    program.push_back({L(i), L((i + 1) % 5), U((i + 1) % 5), U(i)});
  std::swap(program[5][0], program[5][1]);  // in order of number: these five are free
  program.push_back({L(6), L(5), U(5), U(6)});
  return program;
}

/// What a search finds alone; not exhausted: too much for a test of many programs.
Exploration explore_alone(const LitmusProgram& program, const ExecutionOptions& execution = {}) {
  LitmusSubject subject(program, 3);
  ExploreLimits limits;
  limits.executions = 2000;
  return explore_dpor(subject, execution, limits);
}

}  // namespace

TEST_CASE("Philosophers: several workers count what one counts, in whatever order they answer") {
  const LitmusProgram program = philosophers(7);
  LitmusSubject subject(program, 7);
  const Exploration alone = explore_dpor(subject, {}, {});
  REQUIRE(alone.exhausted);
  std::uint64_t tasks = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Together together =
        explore_together(maker(program, 7), {.workers = 1 + seed % 5, .seed = seed});
    INFO("seed " << seed);
    check_same(together.result, alone);
    tasks += together.tasks;
  }
  CHECK(tasks > 100);
}

TEST_CASE("Random programs: several workers count what one counts") {
  const std::uint64_t programs = tests::kSanitized ? 200 : 1200;
  std::uint64_t tasks = 0, dead = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const LitmusProgram program = ProgramGenerator(seed).program();
    const Exploration alone = explore_alone(program);
    if (!alone.exhausted) continue;
    const Together together =
        explore_together(maker(program, 3),
                         {.workers = 3, .seed = seed, .lost_of_hundred = seed % 3 == 0 ? 10u : 0});
    INFO("seed " << seed);
    check_same(together.result, alone);
    tasks += together.tasks;
    dead += alone.found_deadlock();
  }
  CHECK(tasks > programs);
  CHECK(dead > programs / 20);
}

TEST_CASE("Random ww transactions: several workers begin anew when one does") {
  const std::uint64_t programs = tests::kSanitized ? 30 : 150;
  std::uint64_t tasks = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const LitmusProgram program = ProgramGenerator(seed).transactions(false);
    const Exploration alone = explore_alone(program);
    if (!alone.exhausted) continue;
    INFO("seed " << seed);
    const ScatteredOptions options{
        .workers = 3, .seed = seed, .lost_of_hundred = seed % 3 == 0 ? 10u : 0};
    const Together together = explore_together(maker(program, 3), options, {}, 10);
    check_same(together.result, alone);
    tasks += together.tasks;
  }
  CHECK(tasks > programs);
}

TEST_CASE(
    "Random programs with kills: who is ended after a step that was given is tried before it") {
  // Who asks is then a worker that was given the step; one step at a time makes that frequent.
  const std::uint64_t programs = tests::kSanitized ? 60 : 400;
  std::uint64_t tasks = 0, dead = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const LitmusProgram program = ProgramGenerator(seed).program_with_kill();
    const Exploration alone = explore_alone(program);
    if (!alone.exhausted) continue;
    INFO("seed " << seed);
    const Together together =
        explore_together(maker(program, 3), {.workers = 3, .seed = seed}, {}, 1);
    check_same(together.result, alone);
    tasks += together.tasks;
    dead += alone.found_deadlock();
  }
  CHECK(tasks > programs);
  CHECK(dead > programs / 20);
}

TEST_CASE("Random programs with recovery timers: several workers count what one counts") {
  using core::TimerMode;
  const std::uint64_t programs = tests::kSanitized ? 40 : 200;
  std::uint64_t tasks = 0;
  for (const TimerMode mode : {TimerMode::quiescent, TimerMode::any}) {
    for (std::uint64_t seed = 1; seed <= programs; ++seed) {
      const LitmusProgram program = ProgramGenerator(seed).program_with_timers();
      const ExecutionOptions execution{.timers = mode};
      const Exploration alone = explore_alone(program, execution);
      if (!alone.exhausted) continue;
      INFO("mode " << static_cast<int>(mode) << ", seed " << seed);
      const ScatteredOptions options{.workers = 3, .seed = seed};
      check_same(explore_together(maker(program, 3), options, {}, 5, execution).result, alone);
      tasks += 1;
    }
  }
  CHECK(tasks > programs);
}

TEST_CASE("Actors get the numbers that they get from one worker, though others meet them first") {
  for (const auto& spawn : {spawn_parents<false>, spawn_parents<true>}) {
    const MakeSubject make = [spawn] { return std::make_unique<CodeSubject>(spawn); };
    const auto subject = make();
    const Exploration alone = explore_dpor(*subject, {}, {});
    REQUIRE(alone.exhausted);
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      INFO("seed " << seed);
      check_same(explore_together(make, {.workers = 4, .seed = seed}).result, alone);
    }
  }
}

TEST_CASE("After the first dead state workers stop at the step at which one would stop") {
  LitmusSubject subject(late_deadlock(), 7);
  for (const std::uint64_t after : {100, 300, 1000}) {
    ExploreLimits limits;
    limits.steps_after_dead = after;
    const Exploration alone = explore_dpor(subject, {}, limits);
    REQUIRE(alone.found_deadlock());
    REQUIRE(alone.out_of_steps);
    REQUIRE(alone.executions - alone.dead_executions > 5);
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      INFO(after << " steps, seed " << seed);
      const ScatteredOptions options{.workers = 3, .seed = seed};
      check_same(explore_together(maker(late_deadlock(), 7), options, limits, 60).result, alone);
    }
  }
}

TEST_CASE("When every worker is lost a search ends alone, with the same counts") {
  const LitmusProgram program = philosophers(6);
  LitmusSubject subject(program, 6);
  const Exploration alone = explore_dpor(subject, {}, {});
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    const ScatteredOptions options{
        .workers = 2, .seed = seed, .lost_of_hundred = 30, .workers_most = 4};
    check_same(explore_together(maker(program, 6), options).result, alone);
  }
}

TEST_CASE("Without time workers prove nothing, and it is said") {
  ExploreLimits limits;
  limits.time = std::chrono::duration<double>(0);
  const Together together = explore_together(maker(philosophers(9), 9), {.workers = 3}, limits);
  CHECK_FALSE(together.result.exhausted);
  CHECK(together.result.out_of_time);
}
