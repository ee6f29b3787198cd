// Litmus programs over mutexes with known numbers of traces. Many are the families that Nidhugg and
// GenMC test with (mutex_order, mutex_deadlock, mutex_hard, mutex_trylock:
// github.com/nidhugg/nidhugg, tests/smoke), the others are the usual shapes of lock cycles.
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

using Process = std::vector<LitmusOp>;

Process under(std::size_t gate, Process body) {
  body.insert(body.begin(), L(gate));
  body.push_back(U(gate));
  return body;
}
Process transfer(std::size_t from, std::size_t to, bool ordered) {
  const std::size_t first = ordered ? std::min(from, to) : from;
  const std::size_t second = ordered ? std::max(from, to) : to;
  return {L(first), L(second), INC(from), INC(to), U(second), U(first)};
}
LitmusProgram same(std::size_t n, const Process& process) { return LitmusProgram(n, process); }

LitmusProgram transfers(std::size_t n, bool ordered) {
  LitmusProgram program;
  for (std::size_t i = 0; i < n; ++i) program.push_back(transfer(i, (i + 1) % n, ordered));
  return program;
}

}  // namespace

TEST_CASE("Lock cycles: a trace for each order of requests at each lock", "[litmus]") {
  const LitmusRow rows[] = {
      {"aa_self", {{L(0), L(0)}}, {1, 1, 1}},
      {"abba", {both(0, 1), both(1, 0)}, {3, 1, 1}},
      {"abab", {both(0, 1), both(0, 1)}, {2}},
      {"abba_gate", {under(2, both(0, 1)), under(2, both(1, 0))}, {2}},
      {"abba_forkjoin", {{L(0), L(1), U(1), U(0), S(0)}, {W(0), L(1), L(0), U(0), U(1)}}, {1}},
      {"abbcca", {both(0, 1), both(1, 2), both(2, 0)}, {7, 1, 1}},
      {"abbcac", {both(0, 1), both(1, 2), both(0, 2)}, {6}},
      {"abbccdda", {both(0, 1), both(1, 2), both(2, 3), both(3, 0)}, {15, 1, 1}},
      {"hier3_ok", same(3, {L(0), L(1), L(2), U(2), U(1), U(0)}), {6}},
      {"indep_4x3",
       {{L(0), U(0), L(0), U(0), L(0), U(0)},
        {L(1), U(1), L(1), U(1), L(1), U(1)},
        {L(2), U(2), L(2), U(2), L(2), U(2)},
        {L(3), U(3), L(3), U(3), L(3), U(3)}},
       {1}},
      {"transfer_3", transfers(3, false), {7, 1, 1}},
      {"transfer_4", transfers(4, false), {15, 1, 1}},
      {"transfer_ord_4", transfers(4, true), {14}},
  };
  check_litmus(rows);
}

TEST_CASE("Philosophers: 2^N - 1 traces of which one is dead, one less if the last one swaps",
          "[litmus]") {
  const LitmusRow rows[] = {
      {"phil_2", philosophers(2, false), {3, 1, 1}},
      {"phil_3", philosophers(3, false), {7, 1, 1}},
      {"phil_4", philosophers(4, false), {15, 1, 1}},
      {"phil_5", philosophers(5, false), {31, 1, 1}},
      {"phil_6", philosophers(6, false), {63, 1, 1}},
      {"phil_ord_3", philosophers(3, true), {6}},
      {"phil_ord_4", philosophers(4, true), {14}},
      {"phil_ord_5", philosophers(5, true), {30}},
  };
  check_litmus(rows);
}

TEST_CASE("One contended lock: N! traces, dead ones where it is not given back", "[litmus]") {
  // Queueing is an event: three that never unlock have 3! orders, although only three winners.
  const LitmusRow rows[] = {
      {"mutex_order_2", same(2, {L(0), INC(0), U(0)}), {2}},
      {"mutex_order_3", same(3, {L(0), INC(0), U(0)}), {6}},
      {"mutex_order_4", same(4, {L(0), INC(0), U(0)}), {24}},
      {"mutex_order_5", same(5, {L(0), INC(0), U(0)}), {120}},
      {"mutex_deadlock_2", same(2, {L(0)}), {2, 2, 2}},
      {"mutex_deadlock_3", same(3, {L(0)}), {6, 6, 3}},
  };
  check_litmus(rows);
}

TEST_CASE("Trylocks: failures commute with each other, not with what decides on them", "[litmus]") {
  const Process locker = {L(0), INC(0), U(0)}, trier = {T(0, 2), INC(0), U(0)};
  const LitmusRow rows[] = {
      {"mutex_trylock_deadlock_3", same(3, {T(0, 0)}), {3}},
      {"mutex_vs_trylock_1", {locker, trier}, {3}},
      // 17 by hand: 5 with either trylock first, 7 with the lock first of which one holds both
      // failures, in no order. (Nidhugg's 16 orders failures, and its locks do not queue.)
      {"mutex_vs_trylock_2", {locker, trier, trier}, {17}},
  };
  check_litmus(rows);
}

TEST_CASE("Locks and completions: waiting under a lock for who needs it", "[litmus]") {
  const LitmusRow rows[] = {
      {"completion_under_lock", {{L(0), W(0), U(0)}, {L(0), U(0), S(0)}}, {2, 1, 1}},
      // A join is a wait for a fence that the child signals as the last thing it does.
      {"join_under_lock", {{L(0), W(1), U(0)}, {L(0), U(0), S(1)}}, {2, 1, 1}},
      // The victim is drawn: one answer of three waits for the fence; RD keeps apart the other two.
      {"victim_nondet", {{L(0), CHOOSE(3), W(0), RD(0), U(0)}, {L(0), U(0), S(0)}}, {6, 1, 1}},
  };
  check_litmus(rows);
}
