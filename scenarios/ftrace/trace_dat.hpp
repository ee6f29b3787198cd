// trace.dat files of trace-cmd, read by libtracecmd in a process of its own: that library may end,
// or bring down, the process that gives it a damaged file.
#pragma once

#include <istream>
#include <string>

#include "scenarios/diagnostics.hpp"
#include "scenarios/ftrace/reader.hpp"

namespace fencelab::scenarios::ftrace {

/// Whether `input`, a file at its beginning, is one. Leaves it at its beginning.
bool is_trace_dat(std::istream& input);

/// Reads one. Errors: what the library says, or how it ended, beside those of read_text().
Loaded<Recording> read_trace_dat(const std::string& path, const Window& window);

}  // namespace fencelab::scenarios::ftrace
