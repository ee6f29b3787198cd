// The provers against the naive explorer, on random programs over all primitives.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/against_naive.hpp"
#include "tests/analysis/explore/naive.hpp"
#include "tests/analysis/explore/random_programs.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

TEST_CASE("Provers find the dead states that trying everything finds, and no others") {
  // Sanitizers make each ten times slower, and look for other things.
  const std::uint64_t programs = tests::kSanitized ? 600 : 3000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).program(); });
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where one of the processes is a service, which nobody waits for") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 2000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).program(); }, 1);
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where ww transactions meet") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 1000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).transactions(false); });
  CHECK(compared > programs / 20);
}

TEST_CASE("So they do where processes wait for memory that others give back") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 2000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).memory(); });
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where a step touches more or less, by what it finds") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 3000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).steps_that_look_on(); });
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where it hangs on what two steps were told whether they commute") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 3000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).queues(); });
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where fences call back, and where order is not seen") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 3000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).callbacks(); });
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where credits are asked for by rank") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 3000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).credits(); });
  CHECK(compared > programs / 3);
}

TEST_CASE("So they do where steps are long") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 3000;
  const std::uint64_t compared = check_against_naive(programs, [](std::uint64_t seed) {
    ProgramGenerator generator(seed);
    return generator.with_long_steps(generator.program());
  });
  CHECK(compared > programs / 2);
}

TEST_CASE("So they do where long steps go to queues, credits, memory or callbacks") {
  const std::uint64_t programs = tests::kSanitized ? 400 : 3000;
  const std::uint64_t compared = check_against_naive(programs, [](std::uint64_t seed) {
    ProgramGenerator generator(seed);
    switch (seed % 4) {
      case 0: return generator.with_long_steps(generator.queues());
      case 1: return generator.with_long_steps(generator.credits());
      case 2: return generator.with_long_steps(generator.memory());
      default: return generator.with_long_steps(generator.callbacks());
    }
  });
  CHECK(compared > programs / 2);
}

// P looks at x and, if that is zero, changes y in the same step; others change x and y. After x was
// changed P does not touch y: the order of that with y is told by the step that P did not take.
TEST_CASE("What a step would have touched is tried before it, though another made it touch less") {
  using K = LitmusOp::Kind;
  LitmusSubject subject({{{K::look_on, {0, 1}, 1}}, {{K::write, {0}, 1}}, {{K::write, {1}, 2}}});
  subject.watch_outcomes();
  CHECK(explore_naively(subject, core::TimerMode::never, 1000).traces == 3);
  const auto outcomes = subject.take_outcomes();
  const Exploration a = explore_dpor(subject, {}, {});
  CHECK(a.exhausted);
  CHECK(a.executions == 3);
  CHECK(subject.take_outcomes() == outcomes);
}
