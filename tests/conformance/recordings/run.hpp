// Runs rows on the models and compares what they answer with what a kernel did.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/conformance/recordings/row.hpp"

namespace fencelab::recordings {

/// How answers are compared. The recordings' README: where a list holds fences its order is the
/// kernel's, and which signaled fences sit in a reservation still is told by when its list grew.
enum class Order : std::uint8_t {
  sorted,  ///< lists of fences as sets
  exact,   ///< in the kernel's order
};

/// Answers of the models to the operations of `row`, one for each.
std::vector<json> execute(const Row& row, models::KernelVersion kernel);

/// Whether two answers to an operation are the same.
bool same_answer(const json& expected, const json& got, Order order);

struct Totals {
  std::uint64_t sequences = 0, operations = 0, mismatches = 0;
  /// "3 sequences, 41 operations, 0 mismatches".
  std::string text() const;
};

/// Runs every row of `input` that was recorded on `kernel`; tells `report` of each mismatch.
Totals run_rows(std::istream& input, const std::string& file, models::KernelVersion kernel,
                Order order, std::ostream& report);

}  // namespace fencelab::recordings
