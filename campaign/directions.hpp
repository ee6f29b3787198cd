// Which way a column of runs.csv gets worse.
#pragma once

#include <string_view>

namespace fencelab::campaign {

enum class Better {
  neither,  ///< a fact about the workload, or part of something else
  less,
  more,
};

/// For a name of columns().
Better better_of(std::string_view column);
std::string_view to_string(Better better);

}  // namespace fencelab::campaign
