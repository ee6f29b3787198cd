#include "scenarios/ftrace/trace_dat.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <streambuf>

#include "scenarios/ftrace/trace_dat_printer.hpp"
#include "scenarios/utf8.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

/// What the child printed, as a stream.
class PipeBuffer final : public std::streambuf {
 public:
  explicit PipeBuffer(int fd) : fd_(fd) {}

 protected:
  int_type underflow() override {
    ssize_t got = 0;
    do got = ::read(fd_, bytes_.data(), bytes_.size());
    while (got < 0 && errno == EINTR);
    if (got <= 0) return traits_type::eof();
    setg(bytes_.data(), bytes_.data(), bytes_.data() + got);
    return traits_type::to_int_type(*gptr());
  }

 private:
  int fd_;
  std::array<char, 1 << 16> bytes_{};
};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// The first line that the library complained with.
std::string first_line(std::FILE* complaints) {
  std::rewind(complaints);
  std::array<char, 300> text{};
  if (!std::fgets(text.data(), text.size(), complaints)) return {};
  std::string line(text.data());
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  return printable(line);
}

Diagnostic refusal(const std::string& path, std::string message) {
  Diagnostic error;
  error.code = "bad-trace-dat";
  error.file = path;
  error.message = std::move(message);
  error.expected = "a trace.dat that libtracecmd can read";
  error.hint = "text of `trace-cmd report` can be imported, too";
  return error;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("libtracecmd crashed on it ({})", ::strsignal(WTERMSIG(status)));
  return WEXITSTATUS(status) == kCannotOpen ? "libtracecmd cannot open it"
                                            : "libtracecmd cannot read all of it";
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

bool is_trace_dat(std::istream& input) {
  constexpr std::string_view kMagic("\x17\x08\x44tracing", 10);  // trace-cmd.dat(5)
  std::array<char, kMagic.size()> bytes{};
  input.read(bytes.data(), bytes.size());
  const bool is_one = input.gcount() == static_cast<std::streamsize>(kMagic.size()) &&
                      std::string_view(bytes.data(), bytes.size()) == kMagic;
  input.clear(input.rdstate() & std::ios::badbit);  // that it is short is no mistake yet
  input.seekg(0);
  return is_one;
}

Loaded<Recording> read_trace_dat(const std::string& path, const Window& window) {
  int ends[2];
  const File complaints(std::tmpfile(), &std::fclose);
  if (!complaints || ::pipe(ends) != 0)
    return std::vector{refusal(path, fmt::format("no pipe to read it: {}", std::strerror(errno)))};
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return std::vector{
        refusal(path, fmt::format("no process to read it: {}", std::strerror(reason)))};
  }
  if (child == 0) {
    ::close(ends[0]);
    ::dup2(::fileno(complaints.get()), STDERR_FILENO);
    ::dup2(::fileno(complaints.get()), STDOUT_FILENO);
    print_trace_dat(path, ends[1]);
  }
  ::close(ends[1]);
  PipeBuffer buffer(ends[0]);
  std::istream input(&buffer);
  Loaded<Recording> recording = read_text(input, path, window);
  const bool read_all = input.eof();
  ::close(ends[0]);
  const int status = wait_for(child);
  if (status == 0 || !read_all) return recording;  // it was stopped, if there was an error before
  std::string message = how_it_ended(status);
  if (const std::string said = first_line(complaints.get()); !said.empty())
    message += fmt::format(": {}", said);
  return std::vector{refusal(path, std::move(message))};
}

}  // namespace fencelab::scenarios::ftrace
