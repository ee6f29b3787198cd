// What a litmus program is checked for: how many executions prover A needs, how many of them end
// dead, in how many states; and that prover B and, where it can, the naive explorer see the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tests/analysis/explore/litmus.hpp"

namespace fencelab::testing {

struct LitmusAnswer {
  std::uint64_t traces = 1;   ///< maximal Mazurkiewicz traces
  std::uint64_t dead = 0;     ///< of them end dead
  std::uint64_t states = 0;   ///< different dead states: who is stuck on what, holding what
  std::uint64_t blocked = 0;  ///< executions that prover A gives up on top, as redundant
  std::uint64_t again = 0;    ///< complete executions that prover A runs on top, of a known trace
};

struct LitmusRow {
  const char* name;
  LitmusProgram program;
  LitmusAnswer answer;
};

struct LitmusCode {
  const char* name;
  std::function<void(LitmusWorld&)> body;
  LitmusAnswer answer;
};

/// What prover A's answer is held against.
struct LitmusEffort {
  bool states = true;           ///< prover B too
  std::uint64_t naive = 1'000;  ///< the naive explorer too, up to that many interleavings
};
inline constexpr LitmusEffort kProverAOnly{false, 0};

void check_litmus(const std::string& name, analysis::Subject& subject, const LitmusAnswer& answer,
                  const LitmusEffort& effort = {});
void check_litmus(std::span<const LitmusRow> rows, const LitmusEffort& effort = {});
void check_litmus(std::span<const LitmusCode> rows, const LitmusEffort& effort = {});

}  // namespace fencelab::testing
