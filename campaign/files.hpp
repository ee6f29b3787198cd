// Writing results so that nothing half-written is ever seen: to temporary names, then renamed.
#pragma once

#include <optional>
#include <string>
#include <vector>

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
/// everything is on the disk. An error message with the reason, or none.
std::optional<std::string> write_files(const std::vector<OutputFile>& files);

/// Makes a directory and its parents; an error message, or none.
std::optional<std::string> make_directory(const std::string& path);

}  // namespace fencelab::campaign
