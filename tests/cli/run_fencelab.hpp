// Runs the program as a user does, in a process of its own, and keeps all it said.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fencelab::tests {

struct Outcome {
  int code = -1;   ///< exit status; -1 if a signal ended it
  int signal = 0;  ///< that signal
  std::string out, err;
};

struct RunSetup {
  std::string standard_output;     ///< a file to write to instead of being read; empty: read
  std::function<void()> in_child;  ///< before exec: limits, signals, user
};

Outcome run_fencelab(const std::vector<std::string>& arguments, const RunSetup& setup = {});

/// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::string path(const std::string& name = {}) const { return (folder_ / name).string(); }
  /// Writes a file into it and returns its path.
  std::string file(const std::string& name, const std::string& text) const;
  /// Names of all files below `name`, sorted; none if it does not exist.
  std::vector<std::string> files(const std::string& name = {}) const;

 private:
  std::filesystem::path folder_;
};

std::string read_file(const std::string& path);
/// `text` with the only occurrence of `from` replaced; fails the test if it is not there once.
std::string replaced(std::string text, const std::string& from, const std::string& to);

/// A small valid scenario: one client, two stacks.
extern const std::string kScenario;

}  // namespace fencelab::tests
