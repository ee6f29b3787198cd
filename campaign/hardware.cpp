#include "campaign/hardware.hpp"

namespace fencelab::campaign {

models::platform::HardwareDescription describe_hardware(const scenarios::PlatformSpec& platform) {
  models::platform::HardwareDescription hardware;
  hardware.cpu_cores = platform.cpu_cores;
  hardware.disk_bytes_per_second = platform.disk_bytes_per_second ? platform.disk_bytes_per_second
                                                                  : platform.swap_bytes_per_second;
  hardware.disk_latency = platform.disk_latency;
  for (const scenarios::LinkSpec& link : platform.links)
    hardware.links.push_back({link.name, link.bytes_per_second, link.latency});
  return hardware;
}

}  // namespace fencelab::campaign
