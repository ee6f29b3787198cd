// The table of known deadlocks and stalls (D01 to D50), and which scenarios show them.
#pragma once

#include <string_view>
#include <vector>

namespace fencelab::rows {

/// One row. Scenarios are named, separated by spaces; without any, `missing` says what is missing.
struct DeadlockRow {
  std::string_view id, name;
  std::string_view kind;       ///< "deadlock", "livelock", "stall", "potential", "head of line"
  std::string_view scenarios;  ///< of the library
  std::string_view missing;    ///< the mechanism that is missing for it
  /// Why no stack of it completes, or why none is stuck: what a row of its kind has otherwise.
  std::string_view exception = {};
};

const std::vector<DeadlockRow>& deadlock_rows();

}  // namespace fencelab::rows
