// fencelab vet: a good policy passes, and each broken one is caught by the check for it.
#include "tests/cli/program.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;

const std::string kPlugin = FENCELAB_TEST_PLUGINS "/vetted.so";

/// A folder with one scenario in it: a slow and a fast client under one compositor.
std::string folder_of(const TemporaryFolder& folder) {
  REQUIRE(run_fencelab({"new", "policy", "mine", "--axis", "flip", "--out", folder.path("mine")})
              .exit_code == 0);
  folder.file("scenarios/one.json", read_file(folder.path("mine/scenario.json")));
  return folder.path("scenarios");
}

Outcome vet(const std::string& policy, const std::string& folder, const Arguments& more = {}) {
  Arguments arguments = {"vet", policy, "--policy-plugin", kPlugin, "--folder", folder, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments);
}

/// The row of the table about that check.
std::string row_of(const std::string& report, const std::string& check) {
  const std::size_t begin = report.find("| " + check + " |");
  REQUIRE(begin != std::string::npos);
  return report.substr(begin, report.find('\n', begin) - begin);
}

const char* const kChecks[] = {"runs",        "deadlock",     "hazard",
                               "determinism", "conservation", "invariance"};

/// Requires that `check`, and no other, has findings.
void check_caught(const std::string& policy, const std::string& check, int exit_code) {
  const TemporaryFolder folder;
  const Outcome outcome = vet(policy, folder_of(folder));
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == exit_code);
  for (const char* const each : kChecks)
    CHECK(row_of(outcome.out, each).ends_with("| none |") == (each != check));
  CHECK(outcome.out.find("      fencelab run " + folder.path("scenarios/one.json") + " --stack ") !=
        std::string::npos);
  CHECK(outcome.out.find(" --policy-plugin " + kPlugin + "\n") != std::string::npos);
}

}  // namespace

TEST_CASE("a good policy passes every check, and the report is a file as well", "[cli][vet]") {
  const TemporaryFolder folder;
  const Outcome outcome = vet("is-good", folder_of(folder), {"--out", folder.path("vet.md")});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.starts_with("# is-good of axis flip: passed\n"));
  for (const char* const check : kChecks) CHECK(row_of(outcome.out, check).ends_with("| none |"));
  CHECK(read_file(folder.path("vet.md")) == outcome.out);
}

TEST_CASE("a policy that crashes is caught by the check of runs", "[cli][vet]") {
  check_caught("crashes", "runs", 4);
}

TEST_CASE("a policy under which somebody waits for ever is caught by the check of deadlocks",
          "[cli][vet]") {
  check_caught("gets-stuck", "deadlock", 2);
}

TEST_CASE("a policy that waits for nobody is caught by the check of hazards", "[cli][vet]") {
  check_caught("races", "hazard", 1);
}

TEST_CASE("a policy that looks at the clock is caught by the check of determinism", "[cli][vet]") {
  const TemporaryFolder folder;
  const Outcome outcome = vet("looks-at-the-clock", folder_of(folder));
  CHECK(outcome.exit_code == 3);
  CHECK(row_of(outcome.out, "determinism").ends_with("| **1** |"));
}

TEST_CASE("a policy that has jobs do less is caught by the check of conservation", "[cli][vet]") {
  check_caught("shortens-jobs", "conservation", 1);
}

TEST_CASE("a policy that looks who watches is caught by the check of invariance", "[cli][vet]") {
  check_caught("knows-who-watches", "invariance", 1);
}

TEST_CASE("what vet cannot do is said", "[cli][vet]") {
  const TemporaryFolder folder;
  const std::string scenarios = folder_of(folder);
  const std::pair<Arguments, std::string> mistakes[] = {
      {{"is-god"}, "no policy is called \"is-god\"; did you mean \"is-good\"?"},
      {{"none"}, "--axis says which"},
      {{"is-good", "--folder", folder.path("nowhere")}, "no such file or folder"}};
  for (const auto& [arguments, words] : mistakes) {
    const bool has_folder = arguments.size() > 1;
    Arguments all = {"vet", "--policy-plugin", kPlugin, "--quiet"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    if (!has_folder) all.insert(all.end(), {"--folder", scenarios});
    const Outcome outcome = run_fencelab(all);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 63);
    CHECK(outcome.err.find(words) != std::string::npos);
  }
}

// It was made by whoever came first, and so another one in another order.
TEST_CASE("whoever is watched first, the monitor of hangs is the same", "[cli]") {
  const TemporaryFolder folder;
  for (const char* const base : {"linux-implicit", "kfd"}) {
    const Outcome outcome = run_fencelab(
        {"check", std::string(FENCELAB_SOURCE_DIR) + "/scenarios/library/lost-doorbell.json",
         "--stack", std::string(base) + ",hang=monitor", "--strength", "explored", "--paranoid",
         "--out", folder.path("out")});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 0);
  }
}
