// --out that cannot be written: the reason is said, and nothing half-written stays behind.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

const std::string kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library";
const std::string kDeadlock = kLibrary + "/buffer-abba.json";

Outcome run_into(const std::string& out, const std::function<void()>& prepare = {},
                 const std::string& scenario = kDeadlock) {
  return run_fencelab({"run", scenario, "--quiet", "--out", out}, prepare);
}

/// Files larger than this cannot be written, as on a full disk.
void limit_files(std::size_t bytes) {
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

bool has_temporary(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.find(".tmp") != std::string::npos;
  });
}

}  // namespace

TEST_CASE("the option --out that is a file, or below one, is refused before anything runs",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("file", "precious");
  for (const std::string& out : {file, file + "/below"}) {
    const Outcome outcome = run_into(out);
    check_refused(outcome);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "fencelab: --out: cannot make directory " + out + ": Not a directory\n");
  }
  CHECK(read_file(file) == "precious");
}

TEST_CASE("the option --out that cannot be made is refused before anything runs", "[cli]") {
  for (const char* const out : {"/proc/fencelab/out", ""}) {
    const Outcome outcome = run_into(out);
    check_refused(outcome);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("fencelab: --out: "));
  }
}

TEST_CASE("the option --out without permission to write is refused before anything runs", "[cli]") {
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  const auto as_nobody = [] {
    if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(124);
  };
  // Not the one of the checkout, which may lie where only its owner gets.
  const std::string scenario = folder.file("scenario.json", read_file(kDeadlock));
  std::filesystem::create_directory(folder.path("closed"));
  ::chmod(folder.path("closed").c_str(), 0555);
  for (const char* const name : {"closed", "closed/below"}) {
    const Outcome outcome = run_into(folder.path(name), as_nobody, scenario);
    check_refused(outcome);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(folder.path(name) + ": Permission denied\n") != std::string::npos);
  }
  CHECK(files_below(folder.path("closed")).empty());
}

TEST_CASE("a full disk leaves no table, and says which file did not fit", "[cli]") {
  // One limit stops the database at its birth, one when runs are in it; these stay.
  for (const std::size_t bytes : {10'000, 200'000}) {
    INFO(bytes << " bytes at most");
    const TemporaryFolder folder;
    const Outcome outcome = run_into(folder.path("out"), [bytes] { limit_files(bytes); }, kLibrary);
    INFO(outcome.err);
    CHECK(outcome.exit_code == kBadInput);
    CHECK(is_sound(outcome));
    CHECK(outcome.err.find("fencelab: " + folder.path("out/results.sqlite")) != std::string::npos);
    CHECK(outcome.err.find("; no results were written\n") != std::string::npos);
    const auto left = files_below(folder.path("out"));
    CHECK(left.empty() == (bytes < 100'000));
    CHECK(std::none_of(left.begin(), left.end(), [](const std::string& name) {
      return name.find("results.sqlite") == std::string::npos;
    }));
  }
  // This one lets all runs in, and stops their table.
  const TemporaryFolder folder;
  const auto run = [&](std::size_t bytes) {
    return run_into(
        folder.path("out"), [bytes] { limit_files(bytes); }, kLibrary + "/winsys-oversync.json");
  };
  CHECK(run(50'000'000).exit_code == 0);
  std::filesystem::remove(folder.path("out/compare.csv"));
  const Outcome outcome = run(40'000);
  INFO(outcome.err);
  CHECK(outcome.exit_code == kBadInput);
  CHECK(outcome.err.find("compare.csv: File too large; no results were written\n") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path("out/compare.csv")));
}

TEST_CASE("a full disk leaves the results of the campaign before as they were", "[cli]") {
  const TemporaryFolder folder;
  CHECK(run_into(folder.path("out")).exit_code == 0);
  const auto before = files_below(folder.path("out"));
  const std::string runs = read_file(folder.path("out/runs.csv"));
  const std::string compare = read_file(folder.path("out/compare.csv"));
  const Outcome outcome = run_into(folder.path("out"), [] { limit_files(50'000); }, kLibrary);
  CHECK(outcome.exit_code == kBadInput);
  auto after = files_below(folder.path("out"));
  std::erase_if(after, [](const std::string& name) { return name.starts_with("results.sqlite-"); });
  CHECK(after == before);
  CHECK(read_file(folder.path("out/runs.csv")) == runs);
  CHECK(read_file(folder.path("out/compare.csv")) == compare);
}

TEST_CASE("a folder in the place of a result is refused, and no other result is written", "[cli]") {
  for (const char* const name : {"runs.csv", "compare.csv"}) {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder.path(std::string("out/") + name));
    const Outcome outcome = run_into(folder.path("out"));
    check_refused(outcome);
    CHECK(outcome.err.find(std::string(name) + ": Is a directory; no results were written\n") !=
          std::string::npos);
    CHECK(files_below(folder.path("out")) ==
          (std::string(name) == "runs.csv" ? std::vector<std::string>{"results.sqlite", name}
                                           : std::vector<std::string>{name, "results.sqlite"}));
  }
  const TemporaryFolder folder;
  folder.file("out/deadlocks", "a file where a folder should be");
  const Outcome outcome = run_into(folder.path("out"));
  check_refused(outcome);
  CHECK(files_below(folder.path("out")) == std::vector<std::string>{"deadlocks", "results.sqlite"});
}

TEST_CASE("results are never written through a link that lies under their temporary name",
          "[cli]") {
  // In a folder that others may write to, a link could lead a result anywhere, /dev/full included.
  const TemporaryFolder folder;
  const std::string victim = folder.file("victim", "precious");
  std::filesystem::create_directory(folder.path("out"));
  const std::string out = folder.path("out");
  const Outcome outcome = run_into(out, [&] {
    const std::string own = ".tmp" + std::to_string(::getpid());  // the program keeps our number
    if (::symlink(victim.c_str(), (out + "/runs.csv" + own).c_str()) != 0 ||
        ::symlink("/dev/full", (out + "/compare.csv" + own).c_str()) != 0)
      ::_exit(124);
  });
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(read_file(victim) == "precious");
  CHECK_FALSE(has_temporary(files_below(out)));
  CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(out + "/compare.csv")));
}

TEST_CASE("deadlocks of an earlier campaign do not stay beside the results of a later one",
          "[cli]") {
  const TemporaryFolder folder;
  CHECK(run_into(folder.path("out")).exit_code == 0);
  const auto first = files_below(folder.path("out"));
  CHECK(std::find(first.begin(), first.end(), "deadlocks/buffer-abba-plain-locks-seed1-1.txt") !=
        first.end());
  folder.file("out/hazards.txt", "of an earlier campaign");
  CHECK(run_into(folder.path("out"), {}, kLibrary + "/vm-bind-pipeline.json").exit_code == 0);
  CHECK(files_below(folder.path("out")) ==
        std::vector<std::string>{"clients.csv", "compare.csv", "dependencies.csv", "report.html",
                                 "results.sqlite", "runs.csv"});
}

TEST_CASE("what somebody else put beside the results stays", "[cli]") {
  const TemporaryFolder folder;
  folder.file("out/notes.md", "mine");
  folder.file("out/deadlocks/notes.txt", "mine, too");
  CHECK(run_into(folder.path("out"), {}, kLibrary + "/vm-bind-pipeline.json").exit_code == 0);
  CHECK(files_below(folder.path("out")) ==
        std::vector<std::string>{"clients.csv", "compare.csv", "deadlocks", "deadlocks/notes.txt",
                                 "dependencies.csv", "notes.md", "report.html", "results.sqlite",
                                 "runs.csv"});
}

TEST_CASE("drawings that cannot be made are told of, and cost nothing else", "[cli]") {
  const TemporaryFolder folder;
  const std::string broken = folder.file("bin/dot", "#!/bin/sh\necho no fonts >&2\nexit 1\n");
  ::chmod(broken.c_str(), 0755);
  const std::string path = folder.path("bin") + ":" + std::getenv("PATH");
  const Outcome outcome = run_into(folder.path("out"), [&] { ::setenv("PATH", path.c_str(), 1); });
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.find("fencelab: warning: not everything is drawn: dot failed: no fonts\n") !=
        std::string::npos);
  CHECK(std::filesystem::exists(folder.path("out/report.html")));
  const auto names = files_below(folder.path("out/deadlocks"));
  CHECK_FALSE(names.empty());
  CHECK(std::none_of(names.begin(), names.end(),
                     [](const std::string& name) { return name.ends_with(".svg"); }));
}
