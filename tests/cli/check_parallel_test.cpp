// However many processes work on a check, it finds the same: every count, every finding, every
// token and every drawing, byte for byte, but for times. That is the promise of -j and of mpirun.
#include <cstdlib>
#include <regex>

#include "fencelab/version.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/ranks.hpp"

using namespace fencelab;
using namespace fencelab::testing;

namespace {

const std::string kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library/";
using Arguments = std::vector<std::string>;

std::string without_times(const std::string& text) {
  static const std::regex kTimes(R"re("(time|wall_seconds)": ("[^"]*"|[0-9.e+-]+))re");
  return std::regex_replace(text, kTimes, "TIME");
}

/// Every file that a check writes, one after the other.
std::string files_of(const TemporaryFolder& folder) {
  std::string all;
  for (const std::string& name : files_below(folder.path()))
    if (!std::filesystem::is_directory(folder.path(name)))
      all += name + ":\n" + without_times(read_file(folder.path(name))) + "\n";
  return all;
}

/// Good and bad stacks that are proved, and one that is cut some steps after its dead state; large
/// enough that helpers are called.
struct Case {
  std::string scenario;
  std::vector<std::string> stacks;
};
const std::vector<Case> kCases = {
    {"cross-driver-userptr", {"async-prealloc", "async-exact"}},
    {"indefinite-fence", {"user-queues-preempt-ctx", "user-queues-future-fence"}},
    {"buffer-abba", {"plain-locks"}},
    {"user-queue-cross-wait", {"aware"}},
};

Arguments arguments_of(const Case& each, const TemporaryFolder& folder) {
  Arguments arguments{"check",      kLibrary + each.scenario + ".json",
                      "--quiet",    "--strength",
                      "proved",     "--budget",
                      "240 s",      "--out",
                      folder.path()};
  for (const std::string& stack : each.stacks) {
    arguments.push_back("--stack");
    arguments.push_back(stack);
  }
  return arguments;
}

std::string check_with_jobs(const Case& each, const std::string& jobs) {
  const TemporaryFolder folder;
  Arguments arguments = arguments_of(each, folder);
  arguments.push_back("-j" + jobs);
  const Outcome outcome = run_fencelab(arguments);
  INFO(outcome.err);
  CHECK(is_sound(outcome));
  return files_of(folder);
}

std::string check_with_ranks(const Case& each, int ranks) {
  const TemporaryFolder folder;
  const int status = std::system(mpirun_command(ranks, arguments_of(each, folder)).c_str());
  CHECK(status != -1);
  return files_of(folder);
}

}  // namespace

TEST_CASE("check finds the same with -j 1, 2 and 8") {
  for (const Case& each : kCases) {
    // Half a million steps after the dead state: too long for sanitizers.
    if (!kSanitizers.empty() && each.scenario == "user-queue-cross-wait") continue;
    const std::string alone = check_with_jobs(each, "1");
    REQUIRE(alone.find(each.stacks.front()) != std::string::npos);
    CHECK(alone.find("out of time") == std::string::npos);
    INFO(each.scenario);
    CHECK(check_with_jobs(each, "2") == alone);
    CHECK(check_with_jobs(each, "8") == alone);
  }
}

TEST_CASE("check finds the same on 1, 2 and 4 ranks of mpirun") {
  if (!kSanitizers.empty()) return;  // Open MPI is not clean under them
  for (const Case& each : kCases) {
    const std::string alone = check_with_jobs(each, "1");
    INFO(each.scenario);
    for (const int ranks : {1, 2, 4}) CHECK(check_with_ranks(each, ranks) == alone);
  }
}
