// Proofs with workers against proofs without: prover B goes along on a worker, and may be ahead of,
// behind or lost; what is reported is what one process reports.
#include <catch2/catch.hpp>

#include "analysis/explore/prove.hpp"
#include "tests/analysis/explore/random_programs.hpp"
#include "tests/analysis/explore/same_exploration.hpp"
#include "tests/analysis/explore/scattered_workers.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

void check_same(const Proof& one, const Proof& other) {
  CHECK(one.outcome == other.outcome);
  CHECK(one.exhausted == other.exhausted);
  CHECK(one.executions == other.executions);
  CHECK(one.blocked == other.blocked);
  CHECK(one.states == other.states);
  CHECK(one.steps == other.steps);
  CHECK(one.depth == other.depth);
  CHECK(one.bounds_hit == other.bounds_hit);
  CHECK(one.finished_by == other.finished_by);
  REQUIRE(one.dead.size() == other.dead.size());
  for (auto a = one.dead.begin(), b = other.dead.begin(); a != one.dead.end(); ++a, ++b) {
    CHECK(a->first == b->first);
    CHECK(words_of(a->second.schedule) == words_of(b->second.schedule));
    CHECK(a->second.findings().size() == b->second.findings().size());
  }
}

Proof prove_with(const LitmusProgram& program, std::size_t objects,
                 const ScatteredOptions& scattered) {
  LitmusSubject subject(program, objects);
  const auto make = [&] { return std::make_unique<LitmusSubject>(program, objects); };
  ScatteredWorkers workers(make, {}, scattered);
  ProofOptions options;
  options.workers = &workers;
  options.tuning = {.alone = std::chrono::duration<double>(0), .steps_per_task = 40};
  return prove(subject, options);
}

}  // namespace

TEST_CASE("Random programs: a proof with workers is the proof without") {
  const std::uint64_t programs = tests::kSanitized ? 100 : 600;
  std::uint64_t both = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const LitmusProgram program = ProgramGenerator(seed).program();
    LitmusSubject subject(program, 3);
    const Proof alone = prove(subject, {});
    const ScatteredOptions options{
        .workers = 3, .seed = seed, .lost_of_hundred = seed % 3 == 0 ? 10u : 0};
    INFO("seed " << seed);
    check_same(prove_with(program, 3, options), alone);
    both += alone.finished_by == "A and B";
  }
  CHECK(both > programs / 2);
}

TEST_CASE("What one prover is too small for, the other finishes: with workers as without") {
  // A loop that goes round without end: only prover B comes to an end. Its spinner says what it
  // depends on.
  const auto body = [](LitmusWorld& world) {
    struct Programs {
      static core::Task<> spin(LitmusWorld& w) {
        for (;;) {
          w.sim.forget(1);
          const bool taken = w.lock(0).try_lock();
          if (taken) break;
          co_await core::point(w.sim);
        }
        w.lock(0).unlock();
      }
      static core::Task<> hold(LitmusWorld& w) {
        co_await w.lock(0).lock();
        co_await core::point(w.sim);
        w.lock(0).unlock();
      }
    };
    world.sim.spawn({"spin"}, Programs::spin(world));
    world.sim.spawn({"hold"}, Programs::hold(world));
  };
  ProofOptions options;
  options.budget = std::chrono::duration<double>(0.4);
  CodeSubject subject(body);
  const Proof alone = prove(subject, options);
  REQUIRE(alone.finished_by == "B");
  ScatteredWorkers workers([&] { return std::make_unique<CodeSubject>(body); }, {},
                           {.workers = 3, .seed = 5});
  options.workers = &workers;
  options.tuning = {.alone = std::chrono::duration<double>(0), .steps_per_task = 2000};
  CodeSubject again(body);
  const Proof together = prove(again, options);
  CHECK(together.outcome == alone.outcome);
  CHECK(together.finished_by == "B");
  CHECK(together.states == alone.states);
}
