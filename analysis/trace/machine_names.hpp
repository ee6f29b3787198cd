// What a trace needs to know of a machine that no event says.
#pragma once

#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace fencelab::analysis {

struct MachineNames {
  struct Display {
    core::ObjectId id{};
    std::string name;
    core::Duration period{};
  };
  std::vector<std::string> clients;
  std::vector<Display> displays;  ///< in the order of CRTC numbers
};

}  // namespace fencelab::analysis
