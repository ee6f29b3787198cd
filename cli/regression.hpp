// --against: what got worse since an earlier campaign, for commands that have made one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "campaign/files.hpp"
#include "campaign/tolerance.hpp"

namespace fencelab::cli {

struct RegressionOptions {
  std::string against;    ///< results.sqlite or a folder of a campaign; empty: not asked for
  std::string tolerance;  ///< a file; empty: nothing may get worse
  std::string junit;      ///< to be written; empty: none
};

void add_regression_options(CLI::App& command, RegressionOptions& options);

/// False, after a complaint, if they cannot be used: to be asked before long work.
bool can_compare(const RegressionOptions& options);

/// Says what got worse in the campaign of `folders`, writes regressions.csv to `out`, and JUnit if
/// that is asked for. The exit code: kExitExpectation if anything got worse.
int compare_with_earlier(const std::vector<std::string>& folders, const std::string& out,
                         const RegressionOptions& options);

}  // namespace fencelab::cli
