#include "tests/cli/run_fencelab.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace fencelab::tests {

namespace fs = std::filesystem;

namespace {

struct Pipe {
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  int ends[2];
};

/// Opened before the child gives up its rights: the checkout may lie where only its owner gets.
[[noreturn]] void exec_program(const std::vector<std::string>& arguments, const RunSetup& setup,
                               const Pipe& out, const Pipe& err) {
  ::dup2(out.ends[1], 1);
  ::dup2(err.ends[1], 2);
  for (const Pipe* pipe : {&out, &err})
    for (const int end : pipe->ends) ::close(end);
  if (!setup.standard_output.empty())
    ::dup2(::open(setup.standard_output.c_str(), O_WRONLY | O_CREAT, 0644), 1);
  std::vector<char*> argv{const_cast<char*>("fencelab")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int program = ::open(FENCELAB_PROGRAM, O_RDONLY | O_CLOEXEC);
  if (setup.in_child) setup.in_child();
  ::fexecve(program, argv.data(), environ);
  ::_exit(127);
}

/// Reads both streams to their ends: one after the other could block the program on a full pipe.
void read_both(int out, int err, Outcome& outcome) {
  std::array<pollfd, 2> streams{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
  std::array<std::string*, 2> texts{&outcome.out, &outcome.err};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    REQUIRE(::poll(streams.data(), streams.size(), 120'000) > 0);
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (streams[i].fd < 0 || streams[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t got = ::read(streams[i].fd, buffer, sizeof buffer);
      if (got > 0) texts[i]->append(buffer, static_cast<std::size_t>(got));
      if (got <= 0) {
        ::close(streams[i].fd);
        streams[i].fd = -1;
      }
    }
  }
}

}  // namespace

Outcome run_fencelab(const std::vector<std::string>& arguments, const RunSetup& setup) {
  const Pipe out, err;
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) exec_program(arguments, setup, out, err);
  ::close(out.ends[1]);
  ::close(err.ends[1]);
  Outcome outcome;
  read_both(out.ends[0], err.ends[0], outcome);
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return outcome;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "fencelab-test-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string TemporaryFolder::file(const std::string& name, const std::string& text) const {
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

std::vector<std::string> TemporaryFolder::files(const std::string& name) const {
  std::vector<std::string> names;
  if (!fs::exists(folder_ / name)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / name))
    if (entry.is_regular_file())
      names.push_back(fs::relative(entry.path(), folder_ / name).string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  INFO("to replace: " << from);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(from, at + 1) == std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string kScenario = R"({
  "format": 1,
  "name": "small",
  "horizon": "1 s",
  "platform": {"gpus": [{"name": "gpu0", "driver": "amdgpu", "vram": "64 MiB", "engines": ["rcs0"]}]},
  "buffers": [{"name": "image", "size": "4 MiB"}],
  "processes": [
    {"name": "client", "contexts": [{"name": "main", "gpu": "gpu0", "engine": "rcs0"}], "threads": [
      {"name": "render", "program": [
        {"id": "draw", "submit": {"context": "main", "duration": "5 ms", "writes": ["image"]}},
        {"wait": {"ops": ["draw"], "timeout": "100 ms"}},
        {"fork": "helper"}
      ]},
      {"name": "helper", "forked": true, "program": [{"think": "1 ms"}]}
    ]}
  ],
  "faults": [],
  "stacks": ["linux-implicit", {"name": "mine", "preset": "linux-implicit", "axes": {"hang": {"policy": "tdr", "timeout": "3 s"}}}]
}
)";

}  // namespace fencelab::tests
