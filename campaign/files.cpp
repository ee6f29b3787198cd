#include "campaign/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

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

}  // namespace

/// A file under its temporary name, which goes away unless publish() succeeds and settle() is
/// called.
class StagedFiles::File {
 public:
  explicit File(std::string path)
      : path_(std::move(path)),
        temporary_(fmt::format("{}.tmp{}", path_, ::getpid())),
        old_(temporary_ + "old"),
        next_(first_) {
    if (next_) next_->before_ = this;
    first_ = this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (file_ >= 0) ::close(file_);
    give_up();
    (before_ ? before_->next_ : first_) = next_;
    if (next_) next_->before_ = before_;
  }
  const std::string& path() const { return path_; }

  std::optional<std::string> append(const std::string& text) {
    if (file_ < 0)
      if (auto message = open()) return message;
    const int reason = write_all(file_, text);
    return reason == 0 ? std::nullopt : std::optional(failure("write", path_, reason));
  }

  std::optional<std::string> close() {
    if (file_ < 0) return std::nullopt;
    const int closed = ::close(std::exchange(file_, -1));
    // Interrupted, it is closed all the same (Linux, close(2)).
    return closed == 0 || errno == EINTR ? std::nullopt
                                         : std::optional(failure("write", path_, errno));
  }

  /// A second name for what has the name now, so that it can be put back.
  std::optional<std::string> keep_old() {
    ::unlink(old_.c_str());
    if (::link(path_.c_str(), old_.c_str()) == 0) {
      before_publishing_ = Before::kept;
    } else if (errno == ENOENT) {
      before_publishing_ = Before::none;
    } else if (errno == ENOSPC || errno == EDQUOT) {
      return failure("rename to", path_, errno);
    }  // else the file system knows no second names
    return std::nullopt;
  }

  std::optional<std::string> publish() {
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
      return failure("rename to", path_, errno);
    exists_ = false;
    is_published_ = true;
    return std::nullopt;
  }

  /// From now on it stays.
  void settle() {
    is_published_ = false;
    forget_old();
  }

  /// Nothing of it stays, and what was there before is there again; false if that cannot be done.
  bool give_up() {
    const bool is_back = !is_published_ || take_back();
    if (exists_) ::unlink(temporary_.c_str());
    is_published_ = exists_ = false;
    if (is_back) forget_old();
    return is_back;
  }

  static void give_up_all() {
    for (File* file = first_; file; file = file->next_)
      if (file->owner_ == ::getpid()) file->give_up();
  }

 private:
  /// What had the name before this file.
  enum class Before { unknown, none, kept };

  std::optional<std::string> open() {
    std::error_code ignored;
    if (std::filesystem::is_directory(path_, ignored)) return failure("create", path_, EISDIR);
    // What lies under the temporary name is left over or planted there: never written through.
    if (!exists_) ::unlink(temporary_.c_str());
    const int how = exists_ ? O_APPEND : O_CREAT | O_EXCL;
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC | how, 0644);
    if (file_ < 0) return failure("create", path_, errno);
    exists_ = true;
    return std::nullopt;
  }

  bool take_back() {
    if (before_publishing_ == Before::none) return ::unlink(path_.c_str()) == 0;
    const bool is_back =
        before_publishing_ == Before::kept && std::rename(old_.c_str(), path_.c_str()) == 0;
    if (is_back) before_publishing_ = Before::unknown;
    return is_back;
  }

  void forget_old() {
    if (before_publishing_ == Before::kept) ::unlink(old_.c_str());
    before_publishing_ = Before::unknown;
  }

  static inline File* first_ = nullptr;  ///< of all, for who can only find them in this way

  std::string path_, temporary_, old_;
  int file_ = -1;
  const pid_t owner_ = ::getpid();
  bool exists_ = false, is_published_ = false;
  Before before_publishing_ = Before::unknown;
  File *next_ = nullptr, *before_ = nullptr;
};

void abandon_staged_files() { StagedFiles::give_up_all(); }

StagedFiles::StagedFiles() = default;
StagedFiles::~StagedFiles() = default;

std::optional<std::string> StagedFiles::append(const std::string& path, const std::string& text) {
  constexpr std::size_t kMostOpen = 16;
  File*& file = open_[path];
  if (!file) {
    const auto known = std::find_if(files_.begin(), files_.end(),
                                    [&](const auto& each) { return each->path() == path; });
    const bool is_new = known == files_.end();
    file = is_new ? files_.emplace_back(std::make_unique<File>(path)).get() : known->get();
  }
  auto message = file->append(text);
  if (message || open_.size() <= kMostOpen) return message;
  for (const auto& [name, other] : open_)
    if (auto failed = other->close()) message = failed;
  open_.clear();
  return message;
}

std::optional<std::string> StagedFiles::publish() {
  for (const auto& file : files_)
    if (auto message = file->close()) return message;
  std::optional<std::string> message;
  for (const auto& file : files_)
    if (!message) message = file->keep_old();
  for (const auto& file : files_)
    if (!message) message = file->publish();
  for (const auto& file : files_)
    if (!message)
      file->settle();
    else if (!file->give_up())
      *message += fmt::format(", and {} cannot be put back", file->path());
  open_.clear();
  return message;
}

void StagedFiles::give_up_all() { File::give_up_all(); }

void StagedFiles::discard() {
  open_.clear();
  files_.clear();
}

std::vector<std::string> StagedFiles::paths() const {
  std::vector<std::string> paths;
  for (const auto& file : files_) paths.push_back(file->path());
  return paths;
}

std::optional<std::string> write_file(const std::string& path, const std::string& text) {
  return write_files({{path, text}});
}

std::optional<std::string> write_files(const std::vector<OutputFile>& files) {
  StagedFiles staged;
  for (const OutputFile& file : files)
    if (auto message = staged.append(file.path, file.text)) return message;
  return staged.publish();
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
