// One row of the kernel recordings: operations, and what a kernel answered.
#pragma once

#include <cstdint>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/sync/kernel_quirks.hpp"

namespace fencelab::recordings {

using nlohmann::json;

/// A line or an operation that is none.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Row {
  std::uint64_t id = 0;
  std::string name;  ///< of hand-written rows
  std::vector<std::string> ops;
  std::vector<json> expected;  ///< one answer for each operation
};

/// What `kernel` answered to the row in `line`; none if the row was not recorded there.
std::optional<Row> parse_row(const std::string& line, models::KernelVersion kernel);

}  // namespace fencelab::recordings
