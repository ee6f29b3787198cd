// Files that belong to the running program and to nobody else.
#pragma once

#include <filesystem>
#include <string_view>

namespace fencelab::models::platform {

/// Where the part `name` of this program is: beside it where it was built, in ../libexec/fencelab/
/// where it is installed. Nobody looks whether it is there. Throws
/// std::filesystem::filesystem_error if the system does not say where the program is.
std::filesystem::path program_part(std::string_view name);

}  // namespace fencelab::models::platform
