// Fewer rounds: --rounds, and what a scenario expects of itself with fewer of them (`small`).
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;
using nlohmann::json;

namespace {

using Arguments = std::vector<std::string>;

/// Two threads take two locks in opposite order, four times each. Their times keep them apart, so
/// that no timed run gets stuck; some schedule does, with four rounds as with one.
json opposite_orders() {
  const auto thread = [](const char* name, const char* first, const char* second,
                         const char* delay) {
    return json{{"name", name},
                {"program",
                 {{{"think", delay}},
                  {{"loop",
                    {{"times", 4},
                     {"period", "10 ms"},
                     {"body",
                      {{{"lock", first}},
                       {{"lock", second}},
                       {{"unlock", second}},
                       {{"unlock", first}}}}}}}}}};
  };
  return {{"format", 1},
          {"name", "opposite-orders"},
          {"platform", {{"gpus", {{{"name", "gpu0"}, {"engines", {"rcs0"}}}}}}},
          {"locks", {"a", "b"}},
          {"processes",
           {{{"name", "p"},
             {"threads", {thread("one", "a", "b", "1 ms"), thread("two", "b", "a", "5 ms")}}}}},
          {"stacks", {"linux-implicit"}},
          {"expect",
           {{"linux-implicit",
             {{"verdict", "complete"}, {"small", {{"rounds", "1/4"}, {"verdict", "deadlock"}}}}}}}};
}

Outcome quiet_run(Arguments arguments) {
  arguments.push_back("--quiet");
  const Outcome outcome = run_fencelab(arguments, {}, FENCELAB_SOURCE_DIR);
  INFO(outcome.err);
  CHECK(is_sound(outcome));
  return outcome;
}

/// The first words of every line about the scenario: name, stack, verdict, strength.
std::vector<Arguments> lines_of(const std::string& table) {
  std::vector<Arguments> found;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("opposite-orders")) continue;
    std::istringstream stream(line);
    Arguments words(4);
    for (std::string& word : words) stream >> word;
    found.push_back(words);
  }
  return found;
}

}  // namespace

TEST_CASE("check adds a line for what a scenario expects of fewer rounds", "[cli]") {
  const TemporaryFolder folder;
  json scenario = opposite_orders();
  const std::string file = folder.file("s.json", scenario.dump());
  const Outcome outcome = quiet_run({"check", file});
  CHECK(outcome.exit_code == 0);
  CHECK(lines_of(outcome.out) ==
        std::vector<Arguments>{{"opposite-orders", "linux-implicit", "complete", "observed"},
                               {"opposite-orders@1/4", "linux-implicit", "deadlock", "proved"}});
  // The two are judged apart, and a stack that is not checked is not checked with fewer rounds.
  CHECK(lines_of(quiet_run({"check", file, "--stack", "vulkan-explicit"}).out).size() == 1);
  CHECK(quiet_run({"check", file, "--set", "/expect/linux-implicit/verdict=stall"}).exit_code == 1);

  scenario["expect"]["linux-implicit"]["small"].erase("verdict");
  const Outcome failed = quiet_run({"check", folder.file("s.json", scenario.dump())});
  CHECK(failed.exit_code == 2);
  CHECK(failed.err.find("opposite-orders@1/4") != std::string::npos);
}

TEST_CASE("a schedule found with fewer rounds is replayed from its file and from its token",
          "[cli]") {
  const TemporaryFolder folder;
  json scenario = opposite_orders();
  const std::string file = folder.file("s.json", scenario.dump());
  const std::string out = folder.path("out");
  REQUIRE(quiet_run({"check", file, "--out", out}).exit_code == 0);
  const json checks = json::parse(read_file(out + "/check.json"))["checks"];
  REQUIRE(checks.size() == 2);
  CHECK(checks[0]["set"].empty());
  CHECK(checks[1]["set"] == json{"/processes/0/threads/0/program/1/loop/times=1",
                                 "/processes/0/threads/1/program/1/loop/times=1"});
  std::vector<std::string> replays;
  for (const auto& entry : std::filesystem::directory_iterator(out + "/deadlocks"))
    if (entry.path().extension() == ".replay" &&
        entry.path().string().find(".min.") == std::string::npos)
      replays.push_back(entry.path().string());
  REQUIRE(replays.size() == 1);
  const Outcome from_file = run_fencelab({"replay", replays[0]});
  INFO(from_file.err);
  CHECK(from_file.exit_code == 0);
  CHECK(from_file.err.find("warning") == std::string::npos);
  const std::string token = json::parse(read_file(replays[0])).at("token");
  const Outcome from_token = run_fencelab({"replay", token, "--scenario", file});
  CHECK(from_token.exit_code == 0);
  CHECK(from_token.err.find("warning") == std::string::npos);
  CHECK(from_token.out.find("stuck for good: p/one, p/two") != std::string::npos);
}

TEST_CASE("with --rounds only what is expected of so many rounds counts", "[cli]") {
  const TemporaryFolder folder;
  json scenario = opposite_orders();
  // Of the timed runs at a quarter of the rounds this is false, of those of all rounds as well.
  scenario["expect"]["linux-implicit"]["verdict"] = "stall";
  const std::string file = folder.file("s.json", scenario.dump());
  const std::string out = folder.path("out");
  CHECK(quiet_run({"run", file, "--out", out}).exit_code == 1);
  CHECK(quiet_run({"run", file, "--out", out, "--rounds", "1/2"}).exit_code == 0);
  CHECK(quiet_run({"run", file, "--out", out, "--rounds", "1/4"}).exit_code == 1);  // no deadlock
  const Outcome quarter = quiet_run({"check", file, "--rounds", "1/4"});
  CHECK(quarter.exit_code == 0);
  CHECK(lines_of(quarter.out) ==
        std::vector<Arguments>{{"opposite-orders", "linux-implicit", "deadlock", "proved"}});
  for (const char* const wrong : {"2", "1/1", "0", "half", "1/0"}) {
    const Outcome refused = run_fencelab({"check", file, "--rounds", wrong});
    INFO(wrong);
    CHECK(refused.exit_code == 63);
    CHECK(refused.err.find("1/2 to 1/1000000") != std::string::npos);
  }
}
