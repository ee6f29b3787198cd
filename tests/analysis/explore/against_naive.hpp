// The provers beside the naive explorer, on many random programs.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/analysis/explore/litmus.hpp"
#include "tests/analysis/explore/naive.hpp"

namespace fencelab::testing {

/// Checks that both provers finish and find the dead states that trying everything finds, and no
/// others, and come to the same outcomes (LitmusSubject::take_outcomes), on `program(seed)` for the
/// seeds from 1 on whose interleavings can be counted; and that there are some dead ones among them
/// and prover A takes few executions too many. Returns how many programs were compared.
/// FENCELAB_NAIVE_SEEDS_FROM=N in the environment: for the seeds from N + 1 on.
/// The last `services` processes of each are services.
std::uint64_t check_against_naive(std::uint64_t programs,
                                  const std::function<LitmusProgram(std::uint64_t seed)>& program,
                                  std::size_t services = 0);

}  // namespace fencelab::testing
