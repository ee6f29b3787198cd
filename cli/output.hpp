// What the program prints. A reader that goes away or a full disk behind stdout or stderr must cost
// neither the results nor the exit code, so nothing here throws.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace fencelab::cli {

/// Text to stdout or stderr; what cannot be written is dropped and remembered for
/// `close_output()`.
void write_out(std::string_view text);
void write_error(std::string_view text);

template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_out(fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void complain(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_error(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Says that drawings are missing, and why; nothing if they are not.
void warn_of_drawings(const std::string& problem);

/// To be called first: a write into a closed pipe is an error, not the end of the program, and
/// descriptors that the caller closed (`>&-`) cannot be taken by files of ours.
void open_output();

/// From now on nothing is printed.
void mute_output();

/// To be called last: `code`, or kExitUsage after a complaint if stdout could not be written. A
/// reader that has seen enough (`| head -1`) is no error.
int close_output(int code);

}  // namespace fencelab::cli
