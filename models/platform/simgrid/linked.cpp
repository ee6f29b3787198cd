// For programs that link SimGrid.
#include "models/platform/simgrid/simgrid_engine.hpp"

namespace fencelab::models::platform {

std::unique_ptr<SharingEngine> make_sharing_engine(const HardwareDescription& description) {
  return std::make_unique<SimgridEngine>(description);
}

void prepare_sharing_engines() noexcept {}

std::string sharing_engine_file() { return {}; }

}  // namespace fencelab::models::platform
