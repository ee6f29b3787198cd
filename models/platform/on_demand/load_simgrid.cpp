// For programs that most often have nothing to ask SimGrid: it and what it brings make some twenty
// shared libraries, and loading them takes 15 ms.
#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>

#include "models/platform/on_demand/entry_point.hpp"
#include "models/platform/program_part.hpp"
#include "models/platform/sharing_engine.hpp"

namespace fencelab::models::platform {

namespace {

using MakeEngine = decltype(&fencelab_simgrid_engine);

[[noreturn]] void fail(const std::string& why) {
  throw std::runtime_error("SimGrid cannot be loaded: " + why);
}

// It stays until the process ends, as SimGrid's engine does.
MakeEngine load() {
  const std::string path = sharing_engine_file();
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail(::dlerror());
  const auto version = reinterpret_cast<decltype(&fencelab_simgrid_version)>(
      ::dlsym(library, "fencelab_simgrid_version"));
  const auto make = reinterpret_cast<MakeEngine>(::dlsym(library, "fencelab_simgrid_engine"));
  if (version == nullptr || make == nullptr) fail(path + " is no module of Fencelab");
  if (version() != std::string(FENCELAB_VERSION))
    fail(fmt::format("{} is of version {}, the program of {}", path, version(), FENCELAB_VERSION));
  return make;
}

MakeEngine loaded() {
  static const MakeEngine kMake = load();
  return kMake;
}

}  // namespace

std::unique_ptr<SharingEngine> make_sharing_engine(const HardwareDescription& description) {
  return std::unique_ptr<SharingEngine>(loaded()(&description));
}

void prepare_sharing_engines() noexcept {
  try {
    loaded();
  } catch (const std::exception&) {
  }
}

std::string sharing_engine_file() { return program_part("fencelab-simgrid.so").string(); }

}  // namespace fencelab::models::platform
