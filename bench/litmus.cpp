// Prover A on short litmus programs: executions per second, where setting up an execution weighs as
// much as its few steps. Prints one line for each program and one for all of them.
//   bench_litmus [SECONDS_PER_PROGRAM [PROGRAM]]
#include "tests/analysis/explore/litmus.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "analysis/explore/dpor.hpp"
#include "bench/measure.hpp"

namespace {

using namespace fencelab;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

using Process = std::vector<LitmusOp>;

struct Row {
  const char* name;
  LitmusProgram program;
};

Process both(std::size_t first, std::size_t second) {
  return {L(first), L(second), U(second), U(first)};
}
const Process kCount = {L(0), INC(0), U(0)};
const LitmusOp kReadLock{K::read_lock, {0}}, kReadUnlock{K::read_unlock, {0}};
const LitmusOp kWriteLock{K::write_lock, {0}}, kWriteUnlock{K::write_unlock, {0}};

/// Short: at most three processes and twelve operations. Rows of the litmus tests, some from each
/// family.
const std::vector<Row> kShort{
    {"abba", {both(0, 1), both(1, 0)}},
    {"abab", {both(0, 1), both(0, 1)}},
    {"abbcca", {both(0, 1), both(1, 2), both(2, 0)}},
    {"mutex_order_2", {kCount, kCount}},
    {"mutex_order_3", {kCount, kCount, kCount}},
    {"mutex_vs_trylock_1", {kCount, {T(0, 2), INC(0), U(0)}}},
    {"completion_under_lock", {{L(0), W(0), U(0)}, {L(0), U(0), S(0)}}},
    {"victim_nondet", {{L(0), CHOOSE(3), W(0), RD(0), U(0)}, {L(0), U(0), S(0)}}},
    {"rw_readers",
     {{kReadLock, kReadUnlock}, {kReadLock, kReadUnlock}, {kWriteLock, kWriteUnlock}}},
    {"readers_2", {{WR(0)}, {RD(0)}, {RD(0)}}},
    {"fence_cycle", {{W(0), S(1)}, {W(1), S(0)}}},
    {"fence_chain_ok", {{W(0), S(1)}, {W(1), S(2)}, {S(0)}}},
    {"or_cycle_escape", {{Wany({0, 2}), S(1)}, {W(1), S(0)}, {S(2)}}},
    {"timeline_pingpong", {{ADV(0, 1), WGE(1, 1)}, {WGE(0, 1), ADV(1, 1)}}},
};

struct Work {
  std::uint64_t executions = 0, steps = 0;
  double seconds = 0;
};

void explore(analysis::Subject& subject, Work& work) {
  const analysis::Exploration result = analysis::explore_dpor(subject, {}, {});
  if (!result.exhausted) std::exit(1);
  work.executions += result.executions + result.blocked;
  work.steps += result.steps + result.replayed;
}

Work measure(const Row& row, double seconds) {
  LitmusSubject subject(row.program);
  Work work;
  explore(subject, work);
  work = {};
  const double begun = bench::cpu_seconds();
  do {
    for (int i = 0; i < 100; ++i) explore(subject, work);
    work.seconds = bench::cpu_seconds() - begun;
  } while (work.seconds < seconds);
  return work;
}

void print(const char* name, const Work& once, const Work& work) {
  const auto executions = static_cast<double>(work.executions);
  fmt::print(
      "litmus program={} executions={} steps_per_execution={:.1f} executions_per_s={:.0f} "
      "steps_per_s={:.0f}\n",
      name, once.executions, static_cast<double>(work.steps) / executions,
      executions / work.seconds, static_cast<double>(work.steps) / work.seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 0.2;
  // One exploration of each: a program counts by its executions.
  Work all;
  for (const Row& row : kShort) {
    if (argc > 2 && std::string(row.name) != argv[2]) continue;
    LitmusSubject subject(row.program);
    Work once;
    explore(subject, once);
    const Work work = measure(row, seconds);
    print(row.name, once, work);
    const double share =
        static_cast<double>(once.executions) / static_cast<double>(work.executions);
    all.executions += once.executions;
    all.steps += once.steps;
    all.seconds += work.seconds * share;
  }
  print("all", all, all);
}
