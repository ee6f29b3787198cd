// The table of docs/reference/mutations.md.
#pragma once

#include <string>
#include <vector>

#include "tests/mutation/mutant.hpp"
#include "tests/mutation/trial.hpp"

namespace fencelab::mutation {

/// `found[i]` is what came of `mutants[i]`.
std::string render_table(const std::vector<Mutant>& mutants, const std::vector<Result>& found,
                         const std::vector<Result>& right, const Budget& budget);

}  // namespace fencelab::mutation
