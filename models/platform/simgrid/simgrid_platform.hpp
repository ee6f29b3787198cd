// A scenario's hardware in SimGrid's terms: hosts, links, routes. Private to
// models/platform/simgrid.
#pragma once

#include <simgrid/s4u.hpp>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace fencelab::models::platform {

struct HardwareDescription;

/// Where transfers over one of our links go in SimGrid.
struct SimgridRoute {
  simgrid::s4u::Host* from = nullptr;
  simgrid::s4u::Host* to = nullptr;
  std::vector<simgrid::s4u::Link*> links;
  core::Duration latency{};

  bool is_on() const;
};

struct SimgridPlatform {
  std::vector<SimgridRoute> routes;    ///< one per link of the description
  simgrid::s4u::Host* cpu = nullptr;   ///< nullptr: CPU time is not shared
  simgrid::s4u::Host* disk = nullptr;  ///< a host of one core whose "flops" are bytes
};

/// Engine options under which a link is a pure bandwidth shared max-min fairly. The strings are
/// command-line arguments of SimGrid.
std::vector<std::string> simgrid_arguments(double precision_seconds);

/// Builds `description`, or loads the file it names, into `engine`. Throws std::invalid_argument,
/// naming what was not found, if the file cannot be used so.
SimgridPlatform build_platform(simgrid::s4u::Engine& engine,
                               const HardwareDescription& description);

}  // namespace fencelab::models::platform
