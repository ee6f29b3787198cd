// Counterexamples of the library, as their readers use them: replayed from the file and from the
// token, after unrelated things have changed; made smaller; with fixes that are really fixes.
#include <nlohmann/json.hpp>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;
using Json = nlohmann::json;

const std::string kLibrary = "scenarios/library/";

/// Scenarios of the library with a deadlock that exploration finds, and a stack under which it
/// does.
const std::vector<std::pair<std::string, std::string>> kDeadlocks = {
    {"async-bind-user-fence", "publish-before-value"},
    {"bind-queue-head-of-line", "one-queue"},
    {"bind-queue-head-of-line", "sync"},
    {"buffer-abba", "plain-locks"},
    {"cross-driver-userptr", "async-exact"},
    {"indefinite-fence", "kernel-future-fence"},
    {"indefinite-fence", "user-queues-future-fence"},
    {"user-queue-cross-wait", "aware"}};

Outcome fencelab_of(const std::string& command, const std::string& what, const Arguments& more) {
  Arguments arguments{command, what};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments, {}, FENCELAB_SOURCE_DIR);
}

/// Explores within a number of steps, so that machines agree on what is found.
Outcome explore(const std::string& file, const std::string& stack, const std::string& out,
                const Arguments& more = {}) {
  Arguments arguments{"--stack", stack,      "--strength", "explored",    "--out", out,
                      "--quiet", "--budget", "100 s",      "--max-steps", "60000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return fencelab_of("check", file, arguments);
}

std::string file_with(const std::string& folder, const std::string& ending) {
  for (const std::string& name : files_below(folder))
    if (name.ends_with(ending)) return folder + "/" + name;
  return {};
}

/// The scenario with prose, an unrelated buffer and unrelated clients around, at both ends.
Json with_strangers(const std::string& name) {
  Json scenario = Json::parse(read_file(FENCELAB_SOURCE_DIR "/" + kLibrary + name + ".json"));
  scenario["title"] = "another one";
  scenario["timelines"].push_back("stranger_time");
  Json& processes = scenario["processes"];
  for (const char* const stranger : {"astranger", "zstranger"})
    processes.push_back(
        {{"name", stranger},
         {"threads",
          Json::array({{{"name", "main"},
                        {"program", Json::array({{{"think", "1 ms"}}, {{"think", "1 ms"}}})}}})}});
  std::rotate(processes.begin(), processes.end() - 1, processes.end());
  return scenario;
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("deadlocks of the library are replayed from file and token, beside strangers too",
          "[cli][counterexample]") {
  for (const auto& [name, stack] : kDeadlocks) {
    INFO(name << " under " << stack);
    const TemporaryFolder folder;
    const Outcome checked =
        explore(kLibrary + name + ".json", stack, folder.path("out"), {"--explain", "none"});
    INFO(checked.out << checked.err);
    const std::string file = file_with(folder.path("out"), ".replay");
    REQUIRE(!file.empty());
    const Json replay = Json::parse(read_file(file));
    const std::string token = replay.at("token");

    const Outcome from_file = fencelab_of("replay", file, {});
    INFO(from_file.out << from_file.err);
    CHECK(from_file.exit_code == 0);
    CHECK(from_file.err.empty());  // nothing has changed, so nothing is warned of
    CHECK(says(from_file.out, "\nthe same core as when it was found\n"));
    const Outcome from_token = fencelab_of("replay", token, {"--scenario", kLibrary});
    CHECK(from_token.exit_code == 0);
    CHECK(says(from_token.out, "stuck for good: "));

    // What the schedule does not name may come and go.
    const std::string changed = folder.file("changed.json", with_strangers(name).dump());
    const Outcome beside = fencelab_of("replay", file, {"--scenario", changed});
    INFO(beside.out << beside.err);
    CHECK(beside.exit_code == 0);
    CHECK(says(beside.err, "warning: the scenario has changed: "));
    CHECK_FALSE(says(beside.err, "replay: step "));
    CHECK(says(beside.out, "\nthe same core as when it was found\n"));
  }
}

TEST_CASE("a schedule fits where clients that it does not name are gone", "[cli][counterexample]") {
  const TemporaryFolder folder;
  explore(kLibrary + "user-queue-cross-wait.json", "aware", folder.path("out"),
          {"--explain", "none"});
  const std::string file = file_with(folder.path("out"), ".replay");
  REQUIRE(!file.empty());
  Json scenario =
      Json::parse(read_file(FENCELAB_SOURCE_DIR "/" + kLibrary + "user-queue-cross-wait.json"));
  scenario["processes"].erase(1);  // the bystander, which has nothing to do with it
  const Outcome replayed =
      fencelab_of("replay", file, {"--scenario", folder.file("less.json", scenario.dump())});
  INFO(replayed.out << replayed.err);
  CHECK(replayed.exit_code == 0);
  CHECK(says(replayed.out, "\nthe same core as when it was found\n"));
}

TEST_CASE("a schedule is followed through a process of another name, and it is said where",
          "[cli][counterexample]") {
  const TemporaryFolder folder;
  explore(kLibrary + "bind-queue-head-of-line.json", "sync", folder.path("out"),
          {"--explain", "none"});
  const std::string file = file_with(folder.path("out"), ".replay");
  REQUIRE(!file.empty());
  Json scenario =
      Json::parse(read_file(FENCELAB_SOURCE_DIR "/" + kLibrary + "bind-queue-head-of-line.json"));
  scenario["processes"][0]["threads"][0]["name"] = "other";
  const Outcome replayed =
      fencelab_of("replay", file, {"--scenario", folder.file("renamed.json", scenario.dump())});
  INFO(replayed.out << replayed.err);
  CHECK(says(replayed.err, "there is no process app/binder; app/other, which is at the same"));
  CHECK(says(replayed.out, "stuck for good: app/other\n"));  // it gets there all the same
  CHECK(says(replayed.out, "not the core that was found: app/binder\n"));
  CHECK(replayed.exit_code == 1);  // the core has other members: that is for a person to judge
}

TEST_CASE("a smaller scenario loads, is smaller, and has the same fault", "[cli][counterexample]") {
  for (const auto& [name, stack] :
       {std::pair<std::string, std::string>{"user-queue-cross-wait", "aware"},
        {"cross-driver-userptr", "async-exact"}}) {
    INFO(name);
    const TemporaryFolder folder;
    const Outcome checked = explore(kLibrary + name + ".json", stack, folder.path("out"),
                                    {"--explain", "all", "--fixes", "0"});
    INFO(checked.out << checked.err);
    const std::string file = file_with(folder.path("out"), ".min.json");
    REQUIRE(!file.empty());
    const std::string whole = read_file(FENCELAB_SOURCE_DIR "/" + kLibrary + name + ".json");
    CHECK(Json::parse(read_file(file))["processes"].dump().size() <
          Json::parse(whole)["processes"].dump().size());
    // It states what is found in it, and that is found.
    const Outcome again = fencelab_of("check", file, {"--quiet", "--max-steps", "60000"});
    INFO(again.out << again.err);
    CHECK(again.exit_code == 0);
    CHECK(says(again.out, "deadlock"));
    // The class is that of the whole scenario.
    const Json found = Json::parse(read_file(folder.path("out/check.json")));
    const std::string fault = found["checks"][0]["findings"][0]["class"];
    CHECK(Json::parse(read_file(file))["title"].get<std::string>().ends_with(fault));
    const Outcome replayed =
        fencelab_of("replay", file_with(folder.path("out"), ".min.replay"), {});
    INFO(replayed.out << replayed.err);
    CHECK(replayed.exit_code == 0);
    CHECK(says(read_file(file_with(folder.path("out"), "check-1.txt")), "smaller scenario: "));
  }
}

TEST_CASE("a fix that is listed as proved is proved by the check that its reader makes",
          "[cli][counterexample]") {
  const TemporaryFolder folder;
  const Arguments check = {"--stack", "kernel-future-fence", "--strength", "proved",
                           "--quiet", "--explain",           "all"};
  Arguments first = check;
  first.insert(first.end(), {"--out", folder.path("out")});
  REQUIRE(fencelab_of("check", kLibrary + "indefinite-fence.json", first).exit_code == 0);
  const Json document = Json::parse(read_file(folder.path("out/check.json")));
  const Json& finding = document["checks"][0]["findings"][0];
  REQUIRE(!finding["fixes"].empty());
  CHECK(finding["fixes"].size() <= 4);
  const Json& best = finding["fixes"][0];
  CHECK(best["outcome"] == "proved");
  Arguments second = check;
  for (const Json& set : best["set"]) second.insert(second.end(), {"--set", set});
  const Outcome fixed = fencelab_of("check", kLibrary + "indefinite-fence.json", second);
  INFO(fixed.out << fixed.err);
  CHECK(says(fixed.out, "complete  proved"));
  CHECK(fixed.exit_code == 1);  // the scenario still expects a deadlock there
}

TEST_CASE("fixes are tried for news only, unless somebody asks", "[cli][counterexample]") {
  const Arguments base = {"--stack", "kernel-future-fence", "--quiet", "--strength", "observed"};
  const auto errors = [&](const Arguments& more) {
    Arguments arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return fencelab_of("check", kLibrary + "indefinite-fence.json", arguments).err;
  };
  const Arguments unexpected = {"--set", "/expect/kernel-future-fence/verdict=complete"};
  const auto with = [&](Arguments more) {
    more.insert(more.end(), unexpected.begin(), unexpected.end());
    return errors(more);
  };
  CHECK(errors({}).empty());  // it is expected
  const std::string failed = with({});
  CHECK(says(failed, "fix candidates ("));
  CHECK(says(failed, ": not stuck in its run"));  // no more than that was asked
  CHECK_FALSE(says(with({"--fixes", "0"}), "fix candidates"));
  CHECK_FALSE(says(with({"--explain", "none"}), "fix candidates"));
  CHECK(says(with({"--fixes", "1"}), "\n [1] "));
  CHECK_FALSE(says(with({"--fixes", "1"}), "\n [2] "));
}

TEST_CASE("a bound in steps ends at the same point however long it takes",
          "[cli][counterexample]") {
  const auto outcome = [](const Arguments& more) {
    const TemporaryFolder folder;
    explore(kLibrary + "deadlocks/d30-mutual-eviction.json", "exhaustive", folder.path("out"), more);
    Json document = Json::parse(read_file(folder.path("out/check.json")));
    for (Json& check : document["checks"]) check.erase("wall_seconds");
    return document["checks"].dump();
  };
  const std::string once = outcome({});
  CHECK(once == outcome({"-j2"}));
  CHECK(says(once, " steps\""));  // the bound that was hit is named
  CHECK_FALSE(says(once, "out of time"));
}
