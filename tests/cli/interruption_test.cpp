// Signals, dying workers, scarce processes and streams that go away, while the program runs.
#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <sstream>
#include <thread>

#include "tests/cli/mistakes.hpp"
#include "tests/sampling.hpp"

using namespace fencelab::testing;
using fencelab::tests::kSanitized;

namespace {

/// A scenario whose runs take far longer than any test, and one that is done at once.
constexpr const char* kEndless = R"json({
  "format": 1, "name": "endless", "horizon": "1000000 s",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "ticker", "threads": [{"name": "main", "program": [
    {"loop": {"body": [{"think": "1 us"}]}}]}]}],
  "stacks": ["linux-implicit"]
})json";
constexpr const char* kQuick = R"json({
  "format": 1, "name": "quick",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "ticker", "threads": [{"name": "main", "program": [{"think": "1 ms"}]}]}],
  "stacks": ["linux-implicit"]
})json";

void pause_a_little() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

/// Parent and state of a process, as /proc/PID/stat has them; 0 when it is gone.
std::pair<pid_t, char> parent_and_state(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return {0, '-'};
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  char state = '-';
  pid_t parent = 0;
  rest >> state >> parent;
  return {parent, state};
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    if (parent_and_state(pid).first == parent) children.push_back(pid);
  }
  return children;
}

/// Waits until the program has `count` workers. Nothing here depends on how long that takes; a
/// program that never gets there is ended by its alarm, and then there is no /proc entry.
std::vector<pid_t> wait_for_workers(const Program& program, std::size_t count) {
  for (;;) {
    const auto workers = children_of(program.pid());
    if (workers.size() >= count) return workers;
    const char state = parent_and_state(program.pid()).second;
    if (state == 'Z' || state == '-') throw std::runtime_error("the program ended too early");
    pause_a_little();
  }
}

bool is_running(pid_t pid) {
  const char state = parent_and_state(pid).second;
  return state != '-' && state != 'Z' && state != 'X';
}

/// Requires that processes end; they were killed, which takes a moment.
void check_end_of(const std::vector<pid_t>& workers) {
  for (const pid_t worker : workers) {
    for (int i = 0; i < 5000 && is_running(worker); ++i) pause_a_little();
    CHECK_FALSE(is_running(worker));
  }
}

/// A pipe whose reader is gone, as stdout.
void close_reader() {
  int ends[2];
  if (::pipe(ends) != 0) ::_exit(124);
  ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[0]);
  ::close(ends[1]);
}

const std::string kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library";

}  // namespace

TEST_CASE("an interrupted campaign stops its runs and writes nothing", "[cli]") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const TemporaryFolder folder;
    Program program({"run", folder.file("endless.json", kEndless), "--seeds", "1..8", "-j", "3",
                     "--out", folder.path("out")});
    const auto workers = wait_for_workers(program, 3);
    ::kill(program.pid(), signal);
    const Outcome outcome = program.wait();
    // Shells stop a script only when its program has died of the signal.
    CHECK(outcome.signal == signal);
    CHECK(outcome.err.find("fencelab: interrupted after 0 of 8 runs; no results were written\n") !=
          std::string::npos);
    CHECK(files_below(folder.path("out")) == std::vector<std::string>{"results.sqlite"});
    check_end_of(workers);
  }
}

TEST_CASE("an interrupted check stops its workers and writes nothing", "[cli]") {
  const TemporaryFolder folder;
  Program program({"check", folder.file("endless.json", kEndless), "--seeds", "1..8", "-j", "3",
                   "--budget", "10 min", "--out", folder.path("out"), "--junit",
                   folder.path("junit.xml")});
  const auto workers = wait_for_workers(program, 3);
  ::kill(program.pid(), SIGTERM);
  const Outcome outcome = program.wait();
  CHECK(outcome.signal == SIGTERM);
  CHECK(outcome.err.find("fencelab: interrupted after 0 of 1 checks; no results were written\n") !=
        std::string::npos);
  CHECK(files_below(folder.path("out")).empty());
  CHECK_FALSE(std::filesystem::exists(folder.path("junit.xml")));
  check_end_of(workers);
}

TEST_CASE("a worker of check that is killed costs its own line, and exit code 4", "[cli]") {
  const TemporaryFolder folder;
  folder.file("in/endless.json", kEndless);
  folder.file("in/quick.json", kQuick);
  Program program({"check", folder.path("in"), "--quiet", "--budget", "10 min"});
  ::kill(wait_for_workers(program, 1).front(), SIGKILL);
  const Outcome outcome = program.wait();
  CHECK(outcome.exit_code == 4);
  CHECK(outcome.out.find(" crashed\n") != std::string::npos);
  CHECK(outcome.out.find(" ok\n") != std::string::npos);
  CHECK(outcome.err.find("signal 9") != std::string::npos);
}

TEST_CASE("a reader of check that has seen enough is no error", "[cli]") {
  const Outcome outcome =
      run_fencelab({"check", kLibrary + "/buffer-abba.json", "--quiet"}, close_reader);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
}

TEST_CASE("an interrupted campaign leaves earlier results as they were", "[cli]") {
  const TemporaryFolder folder;
  folder.file("in/quick.json", kQuick);
  CHECK(run_fencelab({"run", folder.path("in"), "--out", folder.path("out")}).exit_code == 0);
  const std::string runs = read_file(folder.path("out/runs.csv"));
  folder.file("in/endless.json", kEndless);
  Program program({"run", folder.path("in"), "-j", "2", "--out", folder.path("out")});
  wait_for_workers(program, 1);
  ::kill(program.pid(), SIGINT);
  CHECK(program.wait().signal == SIGINT);
  CHECK(read_file(folder.path("out/runs.csv")) == runs);
  CHECK(files_below(folder.path("out")) ==
        std::vector<std::string>{"clients.csv", "compare.csv", "dependencies.csv", "report.html",
                                 "results.sqlite", "runs.csv"});
}

TEST_CASE("a program started under nohup goes on after a hang-up", "[cli]") {
  const TemporaryFolder folder;
  Program program({"run", folder.file("endless.json", kEndless), "--out", folder.path("out")},
                  [] { std::signal(SIGHUP, SIG_IGN); });
  const auto workers = wait_for_workers(program, 1);
  ::kill(program.pid(), SIGHUP);
  ::kill(workers[0], SIGKILL);  // lets the program come to an end: its run is lost, not it
  CHECK(program.wait().exit_code == 4);
}

TEST_CASE("workers do not outlive a program that is killed", "[cli]") {
  const TemporaryFolder folder;
  Program program({"run", folder.file("endless.json", kEndless), "--seeds", "1..2", "-j", "2",
                   "--out", folder.path("out")});
  const auto workers = wait_for_workers(program, 2);
  ::kill(program.pid(), SIGKILL);
  CHECK(program.wait().signal == SIGKILL);
  check_end_of(workers);
  CHECK_FALSE(std::filesystem::exists(folder.path("out/runs.csv")));
}

TEST_CASE("a killed worker costs its own run only, which is reported as crashed", "[cli]") {
  const TemporaryFolder folder;
  folder.file("in/endless.json", kEndless);
  folder.file("in/quick.json", kQuick);
  // One at a time: the first worker is that of the endless run, the others come after it.
  Program program(
      {"run", folder.path("in"), "--seeds", "1", "--quiet", "--out", folder.path("out")});
  ::kill(wait_for_workers(program, 1)[0], SIGKILL);
  const Outcome outcome = program.wait();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 4);
  CHECK(outcome.err.find(
            "endless under linux-implicit (seed 1): crashed: the run died of signal 9") !=
        std::string::npos);
  const std::string runs = read_file(folder.path("out/runs.csv"));
  CHECK(runs.find(",endless,,linux-implicit,1,crashed,,") != std::string::npos);
  CHECK(runs.find(",quick,,linux-implicit,1,ok,complete,") != std::string::npos);
}

TEST_CASE("a system that gives few descriptors slows a campaign down, and no more", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("quick.json", kQuick);
  const auto run = [&](const std::string& out, const std::function<void()>& prepare) {
    return run_fencelab(
        {"run", file, "--seeds", "1..60", "-j", "1024", "--quiet", "--out", folder.path(out)},
        prepare);
  };
  const Outcome scarce = run("scarce", [] {
    ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);  // whatever came down to us
    const rlimit limit{16, 16};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  });
  INFO(scarce.err);
  CHECK(scarce.exit_code == 0);
  CHECK(run("plenty", {}).exit_code == 0);
  CHECK(read_file(folder.path("scarce/compare.csv")) ==
        read_file(folder.path("plenty/compare.csv")));
}

TEST_CASE("a reader that has seen enough is no error, and costs no results", "[cli]") {
  for (const auto& arguments : {std::vector<std::string>{"list", "metrics"},
                                {"describe", "linux-implicit"},
                                {"run", "--help"},
                                {"--version"}}) {
    const Outcome outcome = run_fencelab(arguments, close_reader);
    INFO(arguments[0] << "\n" << outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.empty());
  }
  // A table longer than any buffer of stdout: results are there all the same.
  const TemporaryFolder folder;
  const std::string library = kLibrary + std::string(kSanitized ? "/scheduling" : "");
  const Outcome outcome = run_fencelab({"run", library, "--quiet", "--out", folder.path("out")},
                                       close_reader, FENCELAB_SOURCE_DIR);
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(std::filesystem::exists(folder.path("out/runs.csv")));
  CHECK(std::filesystem::exists(folder.path("out/compare.csv")));
}

TEST_CASE("closed standard streams are no error, and no result ends up in their place", "[cli]") {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& out, const std::function<void()>& prepare) {
    return run_fencelab({"run", kLibrary + std::string("/deadlocks"), "--out", folder.path(out)},
                        prepare);
  };
  CHECK(run("open", {}).exit_code == 0);
  const Outcome outcome = run("closed", [] {
    for (int descriptor = 0; descriptor <= 2; ++descriptor) ::close(descriptor);
  });
  CHECK(outcome.exit_code == 0);
  CHECK(files_below(folder.path("closed")) == files_below(folder.path("open")));
  CHECK(read_file(folder.path("closed/compare.csv")) == read_file(folder.path("open/compare.csv")));
}

TEST_CASE("output that does not fit on the disk is an error with the reason", "[cli]") {
  const auto full_stdout = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  const Outcome listed = run_fencelab({"list", "metrics"}, full_stdout);
  CHECK(listed.exit_code == kBadInput);
  CHECK(listed.err == "fencelab: cannot write to standard output: No space left on device\n");
  const TemporaryFolder folder;
  const std::string file = folder.file("quick.json", kQuick);
  const Outcome ran =
      run_fencelab({"run", file, "--quiet", "--out", folder.path("out")}, full_stdout);
  CHECK(ran.exit_code == kBadInput);
  CHECK(std::filesystem::exists(folder.path("out/runs.csv")));
}

TEST_CASE("messages that cannot be written change no exit code", "[cli]") {
  const auto full_stderr = [] { ::dup2(::open("/dev/full", O_WRONLY), STDERR_FILENO); };
  CHECK(run_fencelab({"validate", "nowhere.json"}, full_stderr).exit_code == kBadInput);
  CHECK(run_fencelab({"rnu"}, full_stderr).exit_code == kBadInput);
}
