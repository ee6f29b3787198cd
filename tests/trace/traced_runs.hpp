// Runs of library scenarios with a trace of each form.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace fencelab::tests {

inline std::string library(const std::string& name) {
  return std::string(FENCELAB_SOURCE_DIR) + "/scenarios/library/" + name + ".json";
}

/// A scenario file under a stack with seed 1, in a folder of its own.
class TracedRun {
 public:
  TracedRun(std::string scenario, std::string stack)
      : scenario_(std::move(scenario)), stack_(std::move(stack)) {}
  /// Runs it with `--trace NAME` and `more`; the path of the trace.
  std::string trace(const std::string& name, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"run",     scenario_, "--stack",
                                          stack_,    "--seeds", "1",
                                          "--quiet", "--out",   folder_.path("out")};
    if (!name.empty()) arguments.insert(arguments.end(), {"--trace", folder_.path(name)});
    arguments.insert(arguments.end(), more.begin(), more.end());
    outcome = testing::run_fencelab(arguments);
    INFO(outcome.err);
    CHECK(testing::is_sound(outcome));
    return folder_.path(name);
  }
  /// The text of a trace that was written.
  std::string text(const std::string& name) const { return testing::read_file(folder_.path(name)); }
  std::string result(const std::string& file) const {
    return testing::read_file(folder_.path("out/" + file));
  }
  const testing::TemporaryFolder& folder() const { return folder_; }

  testing::Outcome outcome;  ///< of the latest run

 private:
  testing::TemporaryFolder folder_;
  std::string scenario_, stack_;
};

/// Rows of a CSV file by name of column.
std::vector<std::map<std::string, std::string>> rows_of(const std::string& csv);

}  // namespace fencelab::tests
