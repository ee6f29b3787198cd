// Assertions for our own mistakes: always on, and they print the values that broke the rule.
// Mistakes of users are not assertions but diagnostics (scenarios/diagnostics.hpp).
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace fencelab::core {

/// A broken invariant of the simulator itself. Ends the run as `crashed`, never as a result.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void fail_assertion(const char* condition, const char* file, int line,
                                        const std::string& values) {
  throw InternalError(
      fmt::format("{}:{}: assertion failed: {}: {}", file, line, condition, values));
}

}  // namespace fencelab::core

/// FENCELAB_ASSERT(x < y, "x={} y={}", x, y): the format arguments are evaluated only on failure.
#define FENCELAB_ASSERT(condition, ...)                                                           \
  do {                                                                                            \
    if (!(condition)) [[unlikely]]                                                                \
      ::fencelab::core::fail_assertion(#condition, __FILE__, __LINE__, fmt::format(__VA_ARGS__)); \
  } while (false)
