#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "campaign/database/database.hpp"
#include "campaign/files.hpp"
#include "campaign/plugins/plugins.hpp"
#include "core/stable_hash.hpp"
#include "fencelab/version.hpp"
#include "models/platform/sharing_engine.hpp"

namespace fencelab::campaign {

namespace {

/// The linker's hash of the program (.note.gnu.build-id), in hex; empty if it wrote none.
std::string build_id() {
  std::string id;
  const auto look = [](dl_phdr_info* object, std::size_t, void* into) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& header = object->dlpi_phdr[i];
      if (header.p_type != PT_NOTE) continue;
      const char* at = reinterpret_cast<const char*>(object->dlpi_addr + header.p_vaddr);
      for (const char* const end = at + header.p_memsz; at + sizeof(ElfW(Nhdr)) <= end;) {
        ElfW(Nhdr) note;
        std::memcpy(&note, at, sizeof note);
        const char* const name = at + sizeof note;
        const char* const content = name + (note.n_namesz + 3) / 4 * 4;
        if (note.n_type == NT_GNU_BUILD_ID && std::strncmp(name, "GNU", 4) == 0)
          for (unsigned byte = 0; byte < note.n_descsz; ++byte)
            *static_cast<std::string*>(into) +=
                fmt::format("{:02x}", static_cast<unsigned char>(content[byte]));
        at = content + (note.n_descsz + 3) / 4 * 4;
      }
    }
    return 1;  // the program comes first; libraries do not count
  };
  ::dl_iterate_phdr(look, &id);
  return id;
}

/// Of its bytes; "none" if there is no such file.
std::string hash_of(const std::string& path) {
  const ReadFile file = read_file(path, std::size_t{4} << 30);
  if (file.error.empty()) return fmt::format("{:016x}", core::stable_hash(file.text));
  const int reason = errno;
  if (!std::filesystem::exists(path)) return "none";
  throw std::system_error(reason, std::generic_category(), "cannot read " + path);
}

std::string engine_id() {
  std::string id = build_id();
  if (id.empty()) id = hash_of("/proc/self/exe");
  const std::string loaded = models::platform::sharing_engine_file();
  return loaded.empty() ? id : id + "+" + hash_of(loaded);
}

}  // namespace

BuildInfo BuildInfo::program() {
  static const std::string kEngine = engine_id();
  std::string build_type(kBuildType);
  if (!kSanitizers.empty()) build_type += " " + std::string(kSanitizers);
  return {std::string(kVersion),
          std::string(kGitCommit),
          std::string(kCompiler),
          build_type,
          kGitDirty,
          kEngine};
}

BuildInfo BuildInfo::ours() {
  BuildInfo info = program();
  for (const Plugin& plugin : loaded_plugins()) {
    info.compiler += "; plug-in " + plugin.identity();
    info.engine += "+" + plugin.hash;
  }
  return info;
}

std::string BuildInfo::words() const {
  return fmt::format("{} {}{} {} {}{}", version, commit.substr(0, 12), dirty ? "-dirty" : "",
                     build_type, compiler, build_type == "Release" ? "" : " (not a release build)");
}

}  // namespace fencelab::campaign
