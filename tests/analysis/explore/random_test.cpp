// The provers against the naive explorer, on random programs over all primitives.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/against_naive.hpp"
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
