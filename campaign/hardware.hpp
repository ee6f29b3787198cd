// What of a scenario's platform several activities share.
#pragma once

#include "models/platform/shared_hardware.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

models::platform::HardwareDescription describe_hardware(const scenarios::PlatformSpec& platform);

}  // namespace fencelab::campaign
