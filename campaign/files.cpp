#include "campaign/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace fencelab::campaign {

namespace {

std::string failure(const char* what, const std::string& path, int reason) {
  return fmt::format("cannot {} {}: {}", what, path, std::strerror(reason));
}

/// 0, or the error number.
int write_all(int file, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t written = ::write(file, text.data() + sent, text.size() - sent);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    sent += static_cast<std::size_t>(written);
  }
  return 0;
}

/// A file under its temporary name, which goes away unless publish() succeeds.
class StagedFile {
 public:
  explicit StagedFile(std::string path)
      : path_(std::move(path)), temporary_(fmt::format("{}.tmp{}", path_, ::getpid())) {}
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile() {
    if (exists_) ::unlink(temporary_.c_str());
  }

  std::optional<std::string> write(const std::string& text) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path_, ignored)) return failure("create", path_, EISDIR);
    // What lies under the temporary name is left over or planted there: never written through.
    ::unlink(temporary_.c_str());
    const int file = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) return failure("create", path_, errno);
    exists_ = true;
    int reason = write_all(file, text);
    if (::close(file) != 0 && reason == 0) reason = errno;
    return reason == 0 ? std::nullopt : std::optional(failure("write", path_, reason));
  }

  std::optional<std::string> publish() {
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
      return failure("rename to", path_, errno);
    exists_ = false;
    return std::nullopt;
  }

 private:
  std::string path_, temporary_;
  bool exists_ = false;
};

}  // namespace

std::optional<std::string> write_file(const std::string& path, const std::string& text) {
  return write_files({{path, text}});
}

std::optional<std::string> write_files(const std::vector<OutputFile>& files) {
  std::vector<std::unique_ptr<StagedFile>> staged;
  for (const OutputFile& file : files) {
    staged.push_back(std::make_unique<StagedFile>(file.path));
    if (auto message = staged.back()->write(file.text)) return message;
  }
  for (const auto& file : staged)
    if (auto message = file->publish()) return message;
  return std::nullopt;
}

ReadFile read_file(const std::string& path, std::size_t bytes_max) {
  ReadFile result;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {"", std::strerror(errno)};
  std::vector<char> chunk(std::size_t{1} << 16);
  while (result.error.empty()) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got == 0) break;
    if (got > 0) result.text.append(chunk.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) result.error = std::strerror(errno);
    if (result.text.size() > bytes_max)
      result.error = fmt::format("it has more than {} bytes", bytes_max);
  }
  ::close(file);
  return result;
}

scenarios::Diagnostic cannot_read(const std::string& path, const std::string& what,
                                  const std::string& reason, const std::string& expected) {
  scenarios::Diagnostic diagnostic;
  diagnostic.code = "cannot-read";
  diagnostic.file = path;
  diagnostic.message = fmt::format("cannot read {}: {}", what, reason);
  diagnostic.expected = expected;
  return diagnostic;
}

std::optional<std::string> make_directory(const std::string& path) {
  if (path.empty()) return "an empty name is no directory";
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fmt::format("cannot make directory {}: {}", path, error.message());
  if (!std::filesystem::is_directory(path, error))
    return fmt::format("cannot write into {}: it is no directory", path);
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return fmt::format("cannot write into {}: {}", path, std::strerror(errno));
  return std::nullopt;
}

}  // namespace fencelab::campaign
