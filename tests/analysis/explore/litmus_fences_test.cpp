// Litmus programs over fences and timelines: waits for all, any and some of several.
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

/// A token goes round by fences; `token`: the first one has it.
LitmusProgram ring(std::size_t n, bool token) {
  LitmusProgram program;
  for (std::size_t i = 0; i < n; ++i) program.push_back({W((i + n - 1) % n), S(i)});
  if (token) program[0] = {S(0), W(n - 1)};
  return program;
}

}  // namespace

TEST_CASE("Waits for one-shot fences leave no choice of order", "[litmus]") {
  const LitmusRow rows[] = {
      {"fence_cycle", {{W(0), S(1)}, {W(1), S(0)}}, {1, 1, 1}},
      {"fence_chain_ok", {{W(0), S(1)}, {W(1), S(2)}, {S(0)}}, {1}},
      {"ring_3", ring(3, true), {1}},
      {"ring_6", ring(6, true), {1}},
      {"ring_4_notoken", ring(4, false), {1, 1, 1}},
  };
  check_litmus(rows);
}

TEST_CASE("Waits for several fences: a cycle is no knot while one arm can still come", "[litmus]") {
  const LitmusRow rows[] = {
      {"or_cycle_escape", {{Wany({0, 2}), S(1)}, {W(1), S(0)}, {S(2)}}, {1}},
      {"or_cycle_no_knot", {{Wany({0, 3}), S(1)}, {W(1), S(2)}, {W(2), S(0)}, {S(3)}}, {1}},
      {"or_knot", {{Wany({1, 2}), S(0)}, {Wany({0, 2}), S(1)}, {Wany({0, 1}), S(2)}}, {1, 1, 1}},
      {"and_cycle_in_or", {{Wall({1, 2}), S(0)}, {W(0), S(1)}, {S(2)}}, {1, 1, 1}},
      {"2of3_ok", {{Wk(2, {1, 2, 3}), S(0)}, {W(0), S(1)}, {S(2)}, {S(3)}}, {1}},
      {"2of3_deadlock", {{Wk(2, {1, 2, 3}), S(0)}, {W(0), S(1)}, {W(0), S(2)}, {S(3)}}, {1, 1, 1}},
  };
  check_litmus(rows);
}

TEST_CASE("Timelines: a wait may come before anybody has promised the value", "[litmus]") {
  const LitmusRow rows[] = {
      {"timeline_cross", {{WGE(0, 1), ADV(1, 1)}, {WGE(1, 1), ADV(0, 1)}}, {1, 1, 1}},
      {"timeline_pingpong", {{ADV(0, 1), WGE(1, 1)}, {WGE(0, 1), ADV(1, 1)}}, {1}},
      {"timeline_wait_before_signal", {{WGE(0, 3)}, {ADV(0, 3)}}, {1}},
  };
  check_litmus(rows);
}
