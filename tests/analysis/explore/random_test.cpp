// The provers against the naive explorer, on random programs over all primitives.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "fencelab/version.hpp"
#include "tests/analysis/explore/naive.hpp"
#include "tests/analysis/explore/random_programs.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

namespace {

std::set<std::uint64_t> keys(const Exploration& exploration) {
  std::set<std::uint64_t> keys;
  for (const auto& [key, state] : exploration.dead) keys.insert(key);
  return keys;
}

std::string print(const LitmusProgram& program) {
  std::string text;
  for (const auto& process : program) {
    for (const LitmusOp& op : process) {
      text += std::to_string(static_cast<int>(op.kind)) + "(";
      for (const std::size_t object : op.objects) text += std::to_string(object) + " ";
      text += ";" + std::to_string(op.value) + ") ";
    }
    text += "| ";
  }
  return text;
}

}  // namespace

TEST_CASE("Provers find the dead states that trying everything finds, and no others") {
  // Sanitizers make each ten times slower, and look for other things.
  const std::uint64_t programs = kSanitizers.empty() ? 3000 : 600;
  constexpr std::uint64_t kLimit = 1000;
  std::uint64_t compared = 0, with_dead = 0, waste = 0, traces = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const LitmusProgram program = ProgramGenerator(seed).program();
    LitmusSubject subject(program, 3);
    const NaiveResult naive = explore_naively(subject, core::TimerMode::never, kLimit);
    if (!naive.complete) continue;
    ++compared;
    with_dead += !naive.dead.empty();
    const Exploration a = explore_dpor(subject, {}, {});
    const Exploration b = explore_states(subject, {}, {});
    INFO("seed " << seed << ": " << print(program));
    CHECK((a.exhausted && b.exhausted));
    CHECK(keys(a) == naive.dead);
    CHECK(keys(b) == naive.dead);
    CHECK(a.executions >= naive.traces.size());
    traces += naive.traces.size();
    waste += a.executions + a.blocked - naive.traces.size();
  }
  CHECK(compared > programs / 2);
  CHECK(with_dead > compared / 10);
  INFO(compared << " compared, " << with_dead << " dead, " << traces << " traces, " << waste
                << " executions more");
  CHECK(waste < traces / 2);
}
