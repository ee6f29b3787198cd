// Writing results so that nothing half-written is ever seen: to temporary names, then renamed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scenarios/diagnostics.hpp"

namespace fencelab::campaign {

/// Writes `text` to `path`; an error message with the reason, or none. On an error `path` is as it
/// was before.
std::optional<std::string> write_file(const std::string& path, const std::string& text);

/// A file of a set that appears together.
struct OutputFile {
  std::string path;
  std::string text;
};

/// Writes all files or, if one of them cannot be written, none: nothing gets its name before
/// everything is written. An error message with the reason, or none.
std::optional<std::string> write_files(const std::vector<OutputFile>& files);

/// Files of a set that appear together, written piece by piece. Nothing gets its name before
/// publish(); without it nothing stays.
class StagedFiles {
 public:
  StagedFiles();
  ~StagedFiles();
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  /// Adds to what `path` will be, from nothing at first. An error message with the reason, or none.
  std::optional<std::string> append(const std::string& path, const std::string& text);
  /// All get their names or, as far as the file system allows to go back, none does.
  std::optional<std::string> publish();
  /// Gives up what is not published.
  void discard();
  /// Of all of them, in the order in which they were begun.
  std::vector<std::string> paths() const;
  /// See abandon_staged_files().
  static void give_up_all();

 private:
  class File;
  std::vector<std::unique_ptr<File>> files_;
  std::unordered_map<std::string, File*> open_;  ///< those that may still grow
};

/// For a process that has to end at once: whatever it has staged is gone. Allocates nothing.
void abandon_staged_files();

/// What read_file() found.
struct ReadFile {
  std::string text;
  std::string error;  ///< why there is no text; empty: there is
};

/// The whole of a file of at most `bytes_max`.
ReadFile read_file(const std::string& path, std::size_t bytes_max = std::size_t{64} << 20);

/// What is said of a file that cannot be read: `what` is what it should have been.
scenarios::Diagnostic cannot_read(const std::string& path, const std::string& what,
                                  const std::string& reason, const std::string& expected);

/// Makes a directory and its parents; an error message, or none.
std::optional<std::string> make_directory(const std::string& path);

}  // namespace fencelab::campaign
