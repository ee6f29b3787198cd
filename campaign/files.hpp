// Writing results so that nothing half-written is ever seen: to a temporary name, then renamed.
#pragma once

#include <optional>
#include <string>

namespace fencelab::campaign {

/// Writes `text` to `path`; an error message with the reason, or none.
std::optional<std::string> write_file(const std::string& path, const std::string& text);

/// Makes a directory and its parents; an error message, or none.
std::optional<std::string> make_directory(const std::string& path);

}  // namespace fencelab::campaign
