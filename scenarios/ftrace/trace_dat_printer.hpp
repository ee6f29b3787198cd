// The child process that reads a trace.dat: prints its events as ftrace text.
#pragma once

#include <string>

namespace fencelab::scenarios::ftrace {

/// Exit statuses of the child.
inline constexpr int kCannotOpen = 2, kCannotRead = 3;

/// Prints all events into `fd`, with the fields of those that are read, and ends the process.
[[noreturn]] void print_trace_dat(const std::string& path, int fd);

}  // namespace fencelab::scenarios::ftrace
