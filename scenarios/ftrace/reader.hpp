// Reads a recording: ftrace text line by line, or a trace.dat through libtracecmd.
#pragma once

#include <cstdint>
#include <istream>
#include <limits>
#include <string>

#include "scenarios/diagnostics.hpp"
#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

/// A part of a recording, in nanoseconds of its clock, both ends included.
struct Window {
  std::int64_t from_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_ns = std::numeric_limits<std::int64_t>::max();
};

/// Reads text to its end. The first line that cannot be read is an error and ends it; `file` is the
/// name in messages.
Loaded<Recording> read_text(std::istream& input, const std::string& file, const Window& window);

/// Reads a file of either kind.
Loaded<Recording> read_recording(const std::string& path, const Window& window);

}  // namespace fencelab::scenarios::ftrace
