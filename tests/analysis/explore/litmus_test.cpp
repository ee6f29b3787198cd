// Litmus programs with known answers: the number of Mazurkiewicz traces, how many of them end dead,
// and how many different dead states there are.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "tests/analysis/explore/litmus.hpp"
#include "tests/analysis/explore/naive.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

struct Row {
  const char* name;
  LitmusProgram program;
  std::uint64_t traces, dead;
};

LitmusProgram philosophers(std::size_t n, bool ordered) {
  LitmusProgram program;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t first = i, second = (i + 1) % n;
    if (ordered && i + 1 == n) std::swap(first, second);
    program.push_back({L(first), L(second), U(second), U(first)});
  }
  return program;
}

LitmusProgram same(std::size_t n, const std::vector<LitmusOp>& process) {
  return LitmusProgram(n, process);
}

LitmusProgram readers(std::size_t n) {
  LitmusProgram program{{WR(0)}};
  for (std::size_t i = 0; i < n; ++i) program.push_back({RD(0)});
  return program;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"aa_self", {{L(0), L(0)}}, 1, 1},
      {"abba", {{L(0), L(1), U(1), U(0)}, {L(1), L(0), U(0), U(1)}}, 3, 1},
      {"abab", {{L(0), L(1), U(1), U(0)}, {L(0), L(1), U(1), U(0)}}, 2, 0},
      {"abba_gate",
       {{L(2), L(0), L(1), U(1), U(0), U(2)}, {L(2), L(1), L(0), U(0), U(1), U(2)}},
       2,
       0},
      {"abba_forkjoin",
       {{L(0), L(1), U(1), U(0), S(0)}, {W(0), L(1), L(0), U(0), U(1)}},
       1,
       0},
      {"abbcca",
       {{L(0), L(1), U(1), U(0)}, {L(1), L(2), U(2), U(1)}, {L(2), L(0), U(0), U(2)}},
       7,
       1},
      {"abbcac",
       {{L(0), L(1), U(1), U(0)}, {L(1), L(2), U(2), U(1)}, {L(0), L(2), U(2), U(0)}},
       6,
       0},
      {"completion_under_lock", {{L(0), W(0), U(0)}, {L(0), U(0), S(0)}}, 2, 1},
      {"phil_2", philosophers(2, false), 3, 1},
      {"phil_3", philosophers(3, false), 7, 1},
      {"phil_4", philosophers(4, false), 15, 1},
      {"phil_5", philosophers(5, false), 31, 1},
      {"phil_6", philosophers(6, false), 63, 1},
      {"phil_ord_3", philosophers(3, true), 6, 0},
      {"phil_ord_4", philosophers(4, true), 14, 0},
      {"phil_ord_5", philosophers(5, true), 30, 0},
      {"mutex_order_2", same(2, {L(0), INC(0), U(0)}), 2, 0},
      {"mutex_order_3", same(3, {L(0), INC(0), U(0)}), 6, 0},
      {"mutex_order_4", same(4, {L(0), INC(0), U(0)}), 24, 0},
      {"mutex_order_5", same(5, {L(0), INC(0), U(0)}), 120, 0},
      {"mutex_deadlock_2", same(2, {L(0)}), 2, 2},
      {"mutex_deadlock_3", same(3, {L(0)}), 6, 6},
      {"mutex_trylock_deadlock_3", same(3, {T(0, 0)}), 3, 0},
      {"mutex_vs_trylock_1", {{L(0), INC(0), U(0)}, {T(0, 2), INC(0), U(0)}}, 3, 0},
      // 17 by hand: 5 with either trylock first, 7 with the lock first of which one holds both
      // failures, in no order. (Nidhugg's 16 orders failures, and its locks do not queue.)
      {"mutex_vs_trylock_2", {{L(0), INC(0), U(0)}, {T(0, 2), INC(0), U(0)}, {T(0, 2), INC(0), U(0)}}, 17, 0},
      {"readers_2", readers(2), 4, 0},
      {"readers_8", readers(8), 256, 0},
      {"fence_cycle", {{W(0), S(1)}, {W(1), S(0)}}, 1, 1},
      {"fence_chain_ok", {{W(0), S(1)}, {W(1), S(2)}, {S(0)}}, 1, 0},
      {"or_cycle_escape", {{Wany({0, 2}), S(1)}, {W(1), S(0)}, {S(2)}}, 1, 0},
      {"or_knot", {{Wany({1, 2}), S(0)}, {Wany({0, 2}), S(1)}, {Wany({0, 1}), S(2)}}, 1, 1},
      {"and_cycle_in_or", {{Wall({1, 2}), S(0)}, {W(0), S(1)}, {S(2)}}, 1, 1},
      {"2of3_ok", {{Wk(2, {1, 2, 3}), S(0)}, {W(0), S(1)}, {S(2)}, {S(3)}}, 1, 0},
      {"2of3_deadlock", {{Wk(2, {1, 2, 3}), S(0)}, {W(0), S(1)}, {W(0), S(2)}, {S(3)}}, 1, 1},
      {"timeline_cross", {{WGE(0, 1), ADV(1, 1)}, {WGE(1, 1), ADV(0, 1)}}, 1, 1},
      {"timeline_pingpong", {{ADV(0, 1), WGE(1, 1)}, {WGE(0, 1), ADV(1, 1)}}, 1, 0},
      {"timeline_wait_before_signal", {{WGE(0, 3)}, {ADV(0, 3)}}, 1, 0},
      {"ring_3", {{S(0), W(2)}, {W(0), S(1)}, {W(1), S(2)}}, 1, 0},
      {"ring_4_notoken", {{W(3), S(0)}, {W(0), S(1)}, {W(1), S(2)}, {W(2), S(3)}}, 1, 1},
      {"indep_4x3",
       {{L(0), U(0), L(0), U(0), L(0), U(0)},
        {L(1), U(1), L(1), U(1), L(1), U(1)},
        {L(2), U(2), L(2), U(2), L(2), U(2)},
        {L(3), U(3), L(3), U(3), L(3), U(3)}},
       1,
       0},
  };
  return all;
}

}  // namespace

TEST_CASE("Prover A runs exactly one execution per trace") {
  for (const Row& row : rows()) {
    LitmusSubject subject(row.program, 8);
    const Exploration result = explore_dpor(subject, {}, {});
    INFO(row.name << ": " << result.executions << " executions, " << result.blocked << " blocked, "
                  << result.dead_executions << " dead");
    CHECK(result.exhausted);
    CHECK(result.executions == row.traces);
    CHECK(result.dead_executions == row.dead);
    CHECK(result.blocked == 0);
  }
}

TEST_CASE("Traces and dead states of litmus programs, counted the slow way, are the same") {
  for (const Row& row : rows()) {
    LitmusSubject subject(row.program, 8);
    const NaiveResult naive = explore_naively(subject, core::TimerMode::never, 20'000);
    if (!naive.complete) continue;
    const Exploration result = explore_dpor(subject, {}, {});
    INFO(row.name << ": " << naive.interleavings << " interleavings");
    CHECK(result.executions == naive.traces.size());
    std::set<std::uint64_t> dead;
    for (const auto& [key, state] : result.dead) dead.insert(key);
    CHECK(dead == naive.dead);
  }
}
