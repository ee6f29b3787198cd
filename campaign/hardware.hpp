// The shared hardware of a run as its scenario describes it.
#pragma once

#include "models/platform/shared_hardware.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

inline models::platform::HardwareDescription describe_hardware(
    const scenarios::PlatformSpec& platform) {
  models::platform::HardwareDescription hardware;
  hardware.cpu_cores = platform.cpu_cores;
  hardware.disk_bytes_per_second = platform.swap_bytes_per_second;
  for (const scenarios::LinkSpec& link : platform.links)
    hardware.links.push_back({link.name, link.bytes_per_second, link.latency});
  return hardware;
}

}  // namespace fencelab::campaign
