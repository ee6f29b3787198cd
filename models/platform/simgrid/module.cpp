// The entry point of fencelab-simgrid.so, for programs that load SimGrid when they need it.
#include "models/platform/on_demand/entry_point.hpp"
#include "models/platform/simgrid/simgrid_engine.hpp"

extern "C" __attribute__((visibility("default"))) const char* fencelab_simgrid_version() {
  return FENCELAB_VERSION;
}

extern "C" __attribute__((visibility("default"))) fencelab::models::platform::SharingEngine*
fencelab_simgrid_engine(const fencelab::models::platform::HardwareDescription* description) {
  return new fencelab::models::platform::SimgridEngine(*description);
}
