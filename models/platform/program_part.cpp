#include "models/platform/program_part.hpp"

namespace fencelab::models::platform {

std::filesystem::path program_part(std::string_view name) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto installed = folder.parent_path() / "libexec/fencelab" / name;
  return std::filesystem::exists(installed) ? installed : folder / name;
}

}  // namespace fencelab::models::platform
