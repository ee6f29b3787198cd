// The classes that `fencelab new policy` begins with: one for each axis, which answers as
// linux-implicit does and has every method that must be there.
#pragma once

#include <string>
#include <string_view>

namespace fencelab::cli {

struct PolicySkeleton {
  std::string_view axis;
  std::string_view includes;  ///< lines
  std::string_view code;      ///< of the class, called Policy
  std::string_view made_of;   ///< the arguments of its constructor
};

/// Of that axis; nullptr if there is no such axis.
const PolicySkeleton* find_skeleton(std::string_view axis);

}  // namespace fencelab::cli
