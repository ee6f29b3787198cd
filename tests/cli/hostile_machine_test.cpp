// What the machine refuses: folders, space, pipes, processes.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "tests/cli/run_fencelab.hpp"

using namespace fencelab::tests;

namespace {

constexpr int kNobody = 65534;

/// Root may write everywhere; the tests of refusals give that up.
void become_ordinary() {
  if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(126);
}

}  // namespace

TEST_CASE("An output folder that cannot be made or written is refused before anything runs") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  ::chmod(folder.path().c_str(), 0755);
  ::mkdir(folder.path("locked").c_str(), 0555);
  for (const std::string& out :
       {file, file + "/below", folder.path("locked"), folder.path("locked/new")}) {
    const Outcome outcome = run_fencelab({"run", file, "--out", out},
                                         {.standard_output = {}, .in_child = become_ordinary});
    INFO(out << ": " << outcome.err);
    CHECK(outcome.code == 63);
    CHECK(outcome.err.find(out) != std::string::npos);
    CHECK(outcome.out.empty());
  }
  CHECK(folder.files() == std::vector<std::string>{"s.json"});
}

TEST_CASE("A scenario that may not be read is refused") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(file.c_str(), 0);
  const Outcome outcome = run_fencelab({"run", file, "--out", "/tmp"},
                                       {.standard_output = {}, .in_child = become_ordinary});
  CHECK(outcome.code == 63);
  CHECK(outcome.err.find("s.json") != std::string::npos);
}

TEST_CASE("Where no more bytes fit, the old results stay whole and no temporary file is left") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  REQUIRE(run_fencelab({"run", file, "--out", folder.path("out")}).code == 0);
  const auto before = read_file(folder.path("out/runs.csv"));
  const auto full = [] {
    ::signal(SIGXFSZ, SIG_IGN);  // then writes fail, as they do on a full disk
    const rlimit nothing{256, 256};
    ::setrlimit(RLIMIT_FSIZE, &nothing);
  };
  const Outcome outcome = run_fencelab({"run", file, "--seeds", "7", "--out", folder.path("out")},
                                       {.standard_output = {}, .in_child = full});
  INFO(outcome.err);
  CHECK(outcome.code == 63);
  CHECK(outcome.err.find("cannot write") != std::string::npos);
  CHECK(outcome.err.find("runs.csv") != std::string::npos);
  CHECK(read_file(folder.path("out/runs.csv")) == before);
  CHECK(folder.files("out") == std::vector<std::string>{"compare.csv", "runs.csv"});
}

TEST_CASE("A standard output without space is an error, not silence") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"list", "policies"}, {"run", file, "--out", folder.path("out")}}) {
    const Outcome outcome =
        run_fencelab(arguments, {.standard_output = "/dev/full", .in_child = {}});
    CHECK(outcome.code == 63);
    CHECK(outcome.err.find("No space left") != std::string::npos);
  }
}

TEST_CASE("Results are written although nobody reads the table") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  const auto nobody_reads = [] {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(126);
    ::close(ends[0]);
    ::dup2(ends[1], 1);
  };
  const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")},
                                       {.standard_output = {}, .in_child = nobody_reads});
  CHECK(outcome.signal == SIGPIPE);
  CHECK(folder.files("out") == std::vector<std::string>{"compare.csv", "runs.csv"});
}

TEST_CASE("A run that dies is reported with its scenario and stack, and the others finish") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  // A run that may use a second of processor time and loops for ever in simulated work.
  const auto endless = folder.file(
      "z.json",
      replaced(
          replaced(replaced(kScenario, "\"small\"", "\"endless\""), "\"1 s\"", "\"1000000 s\""),
          R"({"fork": "helper"})",
          R"({"fork": "helper"}, {"loop": {"times": 1000000000, "body": [{"think": "1 us"}]}})"));
  const auto limit = [] {
    const rlimit second{1, 1};
    ::setrlimit(RLIMIT_CPU, &second);
  };
  const Outcome outcome =
      run_fencelab({"run", file, endless, "--stack", "linux-implicit", "--out", folder.path("out")},
                   {.standard_output = {}, .in_child = limit});
  INFO(outcome.err);
  CHECK(outcome.code == 4);
  CHECK(
      outcome.err.find("endless under linux-implicit (seed 1): crashed: the run died of signal") !=
      std::string::npos);
  const auto runs = read_file(folder.path("out/runs.csv"));
  CHECK(runs.find("small,linux-implicit,1,ok,complete") != std::string::npos);
  CHECK(runs.find("endless,linux-implicit,1,crashed") != std::string::npos);
}

TEST_CASE("Results of an earlier run do not mix with those of the next") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  const auto hang = folder.file(
      "h.json", replaced(kScenario, R"("faults": [])",
                         R"("faults": [{"kind": "hang", "process": "client", "op": "draw"}])"));
  REQUIRE(run_fencelab({"run", hang, "--out", folder.path("out")}).code == 0);
  CHECK(folder.files("out/deadlocks").size() >= 3);
  REQUIRE(run_fencelab({"run", file, "--out", folder.path("out")}).code == 0);
  CHECK(folder.files("out/deadlocks").empty());
}
