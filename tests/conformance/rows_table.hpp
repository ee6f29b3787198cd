// The rows of the semantic test table that have no test, and why. docs/reference/conformance.md is
// made of this and of the names of the tests.
#pragma once

#include <string_view>
#include <vector>

namespace fencelab::rows {

enum class Gap : unsigned char {
  not_modelled,  ///< there is nothing in Fencelab that could be asked
  untested,      ///< the mechanism may be there; no test has the row's name yet
};

struct Missing {
  std::string_view ids;  ///< "T34 T34a"
  Gap gap;
  std::string_view why;
};

/// Sections of the table with the ids of their rows, in its order.
struct Section {
  std::string_view title;
  std::string_view ids;
};

const std::vector<Section>& sections();
const std::vector<Missing>& missing_rows();

}  // namespace fencelab::rows
