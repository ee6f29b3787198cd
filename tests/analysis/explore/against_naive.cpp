#include "tests/analysis/explore/against_naive.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/naive.hpp"

namespace fencelab::testing {

namespace {

using analysis::Exploration;

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

std::uint64_t check_against_naive(std::uint64_t programs,
                                  const std::function<LitmusProgram(std::uint64_t)>& program,
                                  std::size_t services) {
  std::uint64_t compared = 0, with_dead = 0, waste = 0, traces = 0;
  const char* const others =
      std::getenv("FENCELAB_NAIVE_SEEDS_FROM");  // for a look at more of them
  const std::uint64_t from = others ? std::strtoull(others, nullptr, 10) : 0;
  const char* const more = std::getenv("FENCELAB_NAIVE_LIMIT");
  const std::uint64_t limit = more ? std::strtoull(more, nullptr, 10) : 1000;
  for (std::uint64_t seed = from + 1; seed <= from + programs; ++seed) {
    const LitmusProgram tried = program(seed);
    LitmusSubject subject(tried, 3, services);
    subject.watch_outcomes();
    const NaiveResult naive = explore_naively(subject, core::TimerMode::never, limit);
    if (!naive.complete) continue;
    ++compared;
    const std::set<std::uint64_t> outcomes = subject.take_outcomes();
    with_dead += !naive.dead.empty();
    const Exploration a = explore_dpor(subject, {}, {});
    const std::set<std::uint64_t> outcomes_of_a = subject.take_outcomes();
    const Exploration b = explore_states(subject, {}, {});
    const std::set<std::uint64_t> outcomes_of_b = subject.take_outcomes();
    INFO("seed " << seed << ": " << print(tried));
    CHECK((a.exhausted && b.exhausted));
    CHECK(keys(a) == naive.dead);
    CHECK(keys(b) == naive.dead);
    CHECK(outcomes_of_a == outcomes);
    CHECK(outcomes_of_b == outcomes);
    CHECK(a.executions >= naive.traces);
    traces += naive.traces;
    waste += a.executions + a.blocked - naive.traces;
  }
  INFO(compared << " compared, " << with_dead << " dead, " << traces << " traces, " << waste
                << " executions more");
  CHECK(with_dead > compared / 10);
  CHECK(waste < traces / 2);
  return compared;
}

}  // namespace fencelab::testing
