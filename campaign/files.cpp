#include "campaign/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace fencelab::campaign {

std::optional<std::string> write_file(const std::string& path, const std::string& text) {
  const std::string temporary = fmt::format("{}.tmp{}", path, ::getpid());
  const auto failed = [&](const char* what) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return fmt::format("cannot {} {}: {}", what, path, std::strerror(reason));
  };
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return failed("create");
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t written = ::write(file, text.data() + sent, text.size() - sent);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto message = failed("write");
      ::close(file);
      return message;
    }
    sent += static_cast<std::size_t>(written);
  }
  if (::close(file) != 0) return failed("write");
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return failed("rename to");
  return std::nullopt;
}

std::optional<std::string> make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fmt::format("cannot make directory {}: {}", path, error.message());
  if (::access(path.c_str(), W_OK) != 0)
    return fmt::format("cannot write into {}: {}", path, std::strerror(errno));
  return std::nullopt;
}

}  // namespace fencelab::campaign
