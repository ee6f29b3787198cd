// What a program that loads SimGrid when it needs it looks for in fencelab-simgrid.so.
#pragma once

namespace fencelab::models::platform {
struct HardwareDescription;
class SharingEngine;
}  // namespace fencelab::models::platform

extern "C" {
/// Of the release that it was built from: an engine of another might look otherwise.
const char* fencelab_simgrid_version();
/// A new engine, the caller's. Throws as make_sharing_engine() does.
fencelab::models::platform::SharingEngine* fencelab_simgrid_engine(
    const fencelab::models::platform::HardwareDescription* description);
}
