// The program as its users meet it: a process with arguments, streams, limits and signals.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fencelab::testing {

/// A folder of its own for one test, gone when the test ends.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "fencelab-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name = "") const {
    return name.empty() ? path_ : path_ + "/" + name;
  }

  /// Writes a file, whose folders are made, and returns its path.
  std::string file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Names of everything below a folder, sorted; empty if there is no such folder.
inline std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> names;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    names.push_back(std::filesystem::relative(entry.path(), folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

/// How a run of the program ended.
struct Outcome {
  int exit_code = -1;  ///< -1: it died of `signal`
  int signal = 0;
  std::string out, err;
};

/// Whether something of ours broke, whatever the exit code says.
inline bool is_sound(const Outcome& outcome) {
  for (const char* const sign :
       {"internal error", "assertion", "terminate called", "runtime error", "Sanitizer"})
    if (outcome.err.find(sign) != std::string::npos) return false;
  return outcome.signal == 0;
}

/// The program under way. Its streams go to files, so that it never waits for its reader.
class Program {
 public:
  /// Starts it in `folder` (this one if empty); `prepare` runs in the new process before the
  /// program does, to set limits or close streams. SIGALRM ends what hangs.
  explicit Program(const std::vector<std::string>& arguments,
                   const std::function<void()>& prepare = {}, const std::string& folder = {})
      : out_(std::tmpfile()), err_(std::tmpfile()) {
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) become(arguments, prepare, folder);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

  Outcome wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    Outcome outcome;
    if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
    outcome.out = text_of(out_.get());
    outcome.err = text_of(err_.get());
    return outcome;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  [[noreturn]] void become(const std::vector<std::string>& arguments,
                           const std::function<void()>& prepare, const std::string& folder) {
    constexpr unsigned kSecondsAtMost = 250;
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(125);
    ::dup2(fileno(out_.get()), STDOUT_FILENO);
    ::dup2(fileno(err_.get()), STDERR_FILENO);
    ::alarm(kSecondsAtMost);
    // Opened before `prepare` may give up rights: the checkout may lie where only its owner gets.
    const int program = ::open(FENCELAB_PROGRAM, O_RDONLY | O_CLOEXEC);
    if (prepare) prepare();
    std::vector<char*> pointers{const_cast<char*>(FENCELAB_PROGRAM)};
    for (const std::string& argument : arguments)
      pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::fexecve(program, pointers.data(), environ);
    ::_exit(126);
  }

  static std::string text_of(std::FILE* file) {
    std::string text(static_cast<std::size_t>(::lseek(fileno(file), 0, SEEK_END)), '\0');
    if (::pread(fileno(file), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("cannot read what the program printed");
    return text;
  }

  File out_, err_;
  pid_t pid_ = -1;
};

inline Outcome run_fencelab(const std::vector<std::string>& arguments,
                            const std::function<void()>& prepare = {},
                            const std::string& folder = {}) {
  return Program(arguments, prepare, folder).wait();
}

}  // namespace fencelab::testing
