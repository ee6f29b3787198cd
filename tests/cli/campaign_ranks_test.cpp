// A campaign on several ranks of mpirun: the same tables, and a rank that dies costs its own run.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/cli/campaign_folders.hpp"
#include "tests/cli/ranks.hpp"
#include "tests/sampling.hpp"

using namespace fencelab::testing;
using fencelab::tests::kSanitized;

namespace {

/// Takes some tenths of a second for each run.
constexpr const char* kLong = R"json({
  "format": 1, "name": "long", "horizon": "1 s",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "ticker", "threads": [{"name": "main", "program": [
    {"loop": {"body": [{"think": "1 us"}]}}]}]}],
  "stacks": ["linux-implicit"]
})json";

std::vector<pid_t> children_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

/// The process of that rank, which mpirun started; 0 before there is one.
pid_t process_of_rank(pid_t mpirun, int rank) {
  const std::string sign = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
  for (const pid_t child : children_of(mpirun)) {
    std::ifstream file("/proc/" + std::to_string(child) + "/environ", std::ios::binary);
    for (std::string variable; std::getline(file, variable, '\0');)
      if (variable == sign) return child;
  }
  return 0;
}

std::string tables_of(const std::string& folder) {
  std::string text = columns_of(read_file(folder + "/runs.csv"), 10);
  for (const char* const table : {"/compare.csv", "/dependencies.csv", "/clients.csv"})
    text += read_file(folder + table);
  return text;
}

int number(const std::string& folder, const std::string& question) {
  return std::atoi(query(folder + "/results.sqlite", question).c_str());
}

int run_ranks(int ranks, const Arguments& arguments) {
  return std::system(mpirun_command(ranks, arguments).c_str());
}

}  // namespace

TEST_CASE("a campaign gives the same tables on 1, 2 and 4 ranks of mpirun", "[cli]") {
  if (kSanitized) return;  // Open MPI is not clean under them
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws(kSweep));
  REQUIRE(run_fencelab(run_of(file, folder.path("alone"), "1..4")).exit_code == 0);
  for (const int ranks : {1, 2, 4}) {
    const std::string out = folder.path(std::to_string(ranks));
    CHECK(run_ranks(ranks, run_of(file, out, "1..4", {"-j", "2"})) == 0);
    CHECK(content_of(out) == content_of(folder.path("alone")));
    CHECK(tables_of(out) == tables_of(folder.path("alone")));
  }
  // Others have the same limits.
  const std::string out = folder.path("limited");
  CHECK(run_ranks(3, run_of(file, out, "1..4", {"--run-memory", "1 MiB"})) != 0);
  CHECK(query(out + "/results.sqlite", "SELECT DISTINCT status FROM runs") == "crashed\n");
}

TEST_CASE("a rank that dies costs the run that it was at, and no other", "[cli]") {
  if (kSanitized) return;  // as above
  const TemporaryFolder folder;
  const std::string file = folder.file("long.json", kLong), out = folder.path("out");
  const pid_t mpirun = ::fork();
  if (mpirun == 0) {
    const std::string command = mpirun_command(3, run_of(file, out, "1..30"), "--enable-recovery");
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  const std::string count = "SELECT count(*) FROM runs";
  int status = 0;
  while (!std::filesystem::exists(out + "/results.sqlite") ||
         number(out, count + " WHERE status = 'ok'") < 2) {
    REQUIRE(::waitpid(mpirun, &status, WNOHANG) == 0);  // it is still at it
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(process_of_rank(mpirun, 2) != 0);
  ::kill(process_of_rank(mpirun, 2), SIGKILL);
  REQUIRE(::waitpid(mpirun, &status, 0) == mpirun);
  CHECK(query(out + "/results.sqlite", count) == "30\n");
  CHECK(query(out + "/results.sqlite", "SELECT status, message FROM runs WHERE status != 'ok'") ==
        "crashed|rank 2 died with the run\n");
  // The same command makes that one, here.
  CHECK(run_fencelab(run_of(file, out, "1..30", {"--rerun", "failed"})).exit_code == 0);
  CHECK(query(out + "/results.sqlite", count + " WHERE status = 'ok'") == "30\n");
}
