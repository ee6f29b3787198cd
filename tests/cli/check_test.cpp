// fencelab check as CI meets it: what it prints, what it writes, and each of its exit codes.
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;
using nlohmann::json;

namespace {

using Arguments = std::vector<std::string>;

const std::string kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library";
const std::string kFence = kLibrary + "/indefinite-fence.json";
/// Makes one of its two deadlocks unexpected.
const std::string kUnexpected = "/expect/kernel-future-fence/verdict=complete";

/// At the strengths that the scenario states.
Outcome check_as_stated(const Arguments& more, const std::string& scenario = kFence,
                        const std::string& folder = FENCELAB_SOURCE_DIR) {
  Arguments arguments{"check", scenario, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = run_fencelab(arguments, {}, folder);
  INFO(outcome.err);
  CHECK(is_sound(outcome));
  return outcome;
}

/// At strength observed, unless another one is asked for: what a single run shows.
Outcome check(Arguments more, const std::string& scenario = kFence,
              const std::string& folder = FENCELAB_SOURCE_DIR) {
  if (std::find(more.begin(), more.end(), "--strength") == more.end())
    more.insert(more.begin(), {"--strength", "observed"});
  return check_as_stated(more, scenario, folder);
}

/// Words of the line of a stack.
Arguments line_of(const Outcome& outcome, const std::string& stack) {
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream stream(line);
    Arguments words;
    for (std::string word; stream >> word;) words.push_back(word);
    if (words.size() > 1 && words[1] == stack) return words;
  }
  FAIL("no line of " << stack << " in\n" << outcome.out);
  return {};
}

std::string without_times(const std::string& text) {
  static const std::regex kTimes(
      R"re((time="|"wall_seconds": )[0-9.e-]+|executions=|  +[0-9]+\.[0-9]{3}  )re");
  return std::regex_replace(text, kTimes, "TIME");
}

bool is_xml(const std::string& file) {
  return std::system(("xmllint --noout '" + file + "' >/dev/null 2>&1").c_str()) == 0;
}

json json_in(const std::string& file) { return json::parse(read_file(file)); }

}  // namespace

TEST_CASE("check prints one line per scenario and stack, and exits 0 when all is as expected",
          "[cli]") {
  const Outcome outcome = check({});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const auto words = line_of(outcome, "kernel-future-fence");
  REQUIRE(words.size() == 11);
  // Nobody looks for livelocks in a timed run: "-", and not "free".
  CHECK(Arguments(words.begin(), words.begin() + 9) ==
        Arguments{"indefinite-fence", "kernel-future-fence", "deadlock", "observed", "-", "1", "-",
                  "-", "-"});
  CHECK(words[10] == "ok");
  CHECK(outcome.out.find("\n5 checks: 5 ok\n") != std::string::npos);
  CHECK(line_of(outcome, "future-fence-timeout")[2] == "masked");
}

TEST_CASE("check exits 2 after an unexpected deadlock, and reports it completely", "[cli]") {
  const Outcome outcome = check({"--set", kUnexpected});
  CHECK(outcome.exit_code == 2);
  CHECK(line_of(outcome, "kernel-future-fence").back() == "failed");
  for (const char* const part :
       {" expected complete, got deadlock: ", " [deadlock]\nDEADLOCK rule=deadlock ",
        " strength=observed ", "why no way out:", "\nassumptions: "})
    CHECK(outcome.err.find(part) != std::string::npos);
  CHECK(outcome.err.find("user-queues-future-fence: ") == std::string::npos);  // it is expected
}

TEST_CASE("check exits 1 when the verdict is another one and nothing is stuck", "[cli]") {
  const Outcome outcome = check({"--set", "/expect/linux-implicit/verdict=deadlock"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("expected verdict deadlock, got complete [unexpected-verdict]") !=
        std::string::npos);
}

TEST_CASE(
    "check exits 1 when the strength asked for was not reached, and claims no more than it did",
    "[cli]") {
  // Of what nobody can reach yet; a deadlock that is expected and found needs no strength.
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  const Outcome outcome = check({"--strength", "proved", "--budget", "60 s", "--stack",
                                 "linux-implicit", "kernel-future-fence", "--out", out});
  const auto free = line_of(outcome, "linux-implicit");
  if (free[3] == "proved") {
    CHECK(outcome.exit_code == 0);
  } else {
    CHECK(outcome.exit_code == 1);
    CHECK(free.back() == "failed");
    CHECK(outcome.err.find("[strength-not-reached]") != std::string::npos);
  }
  CHECK(line_of(outcome, "kernel-future-fence").back() == "ok");
  const json checks = json_in(out + "/check.json")["checks"];
  CHECK(checks[0]["strength_asked"] == "proved");
  CHECK((checks[0]["strength"] == "proved") == (outcome.exit_code == 0));
}

TEST_CASE("check asks for the strength that the scenario states", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  const Outcome outcome = check_as_stated(
      {"--set", "/expect/linux-implicit/strength=explored", "--set",
       "/expect/user-queues-preempt-ctx/strength=predicted", "--stack", "linux-implicit",
       "user-queues-preempt-ctx", "kernel-future-fence", "--out", out});
  CHECK(outcome.exit_code == 0);
  const std::map<std::string, std::string> stated = {{"linux-implicit", "explored"},
                                                     {"user-queues-preempt-ctx", "predicted"},
                                                     {"kernel-future-fence", "proved"}};
  const json checks = json_in(out + "/check.json")["checks"];
  for (const json& each : checks) CHECK(each["strength_asked"] == stated.at(each["stack"]));
  // More than was asked for may come out, never less.
  CHECK(line_of(outcome, "linux-implicit")[3] == "proved");
  CHECK(line_of(outcome, "user-queues-preempt-ctx")[3] == "predicted");
  CHECK(line_of(outcome, "kernel-future-fence")[3] == "proved");
}

TEST_CASE("a claim of its own is judged by check, and not by run", "[cli]") {
  const Arguments claim = {"--set", "/expect/linux-implicit/claim=[\"deadlock\"]", "--stack",
                           "linux-implicit"};
  CHECK(check(claim).exit_code == 1);
  const TemporaryFolder folder;
  Arguments run = {"run", kFence, "--quiet", "--out", folder.path("out")};
  run.insert(run.end(), claim.begin(), claim.end());
  CHECK(run_fencelab(run).exit_code == 0);
}

TEST_CASE("check exits 1 when the budget is over, and gives no verdict", "[cli]") {
  const TemporaryFolder folder;
  const std::string endless = folder.file("endless.json", R"json({
  "format": 1, "name": "endless", "horizon": "1000000 s",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "ticker", "threads": [{"name": "main", "program": [
    {"loop": {"body": [{"think": "1 us"}]}}]}]}],
  "stacks": ["linux-implicit"]
})json");
  const Outcome outcome = check({"--budget", "10 ms"}, endless);
  CHECK(outcome.exit_code == 1);
  const auto words = line_of(outcome, "linux-implicit");
  CHECK(words[2] == "-");
  CHECK(words[3] == "-");
  CHECK(words.back() == "budget");
  CHECK(outcome.err.find("the budget of 10 ms is over") != std::string::npos);
}

TEST_CASE("check gives the same with one worker and with two, times apart", "[cli]") {
  const TemporaryFolder folder;
  std::vector<Outcome> outcomes;
  for (const std::string jobs : {"1", "2"}) {
    const std::string out = folder.path("out" + jobs);
    outcomes.push_back(check({"-j", jobs, "--set", kUnexpected, "--out", out, "--junit",
                              out + "/junit.xml", "--sarif", out + "/check.sarif"}));
  }
  CHECK(outcomes[0].exit_code == outcomes[1].exit_code);
  CHECK(without_times(outcomes[0].out) == without_times(outcomes[1].out));
  CHECK(without_times(outcomes[0].err) == without_times(outcomes[1].err));
  const auto names = files_below(folder.path("out1"));
  CHECK(names == files_below(folder.path("out2")));
  CHECK(names.size() > 10);
  for (const std::string& name : names) {
    if (name == "deadlocks") continue;
    INFO(name);
    CHECK(without_times(read_file(folder.path("out1/" + name))) ==
          without_times(read_file(folder.path("out2/" + name))));
  }
}

TEST_CASE("check can compare two checks of its own", "[cli]") {
  CHECK(check({"--check-determinism", "-j", "2"}).exit_code == 0);
}

TEST_CASE("JUnit and SARIF are written where they are asked for, and are what they should be",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string junit = folder.path("reports/junit.xml"), sarif = folder.path("s.sarif");
  CHECK(check({"--set", kUnexpected, "--junit", junit, "--sarif", sarif}).exit_code == 2);
  CHECK(is_xml(junit));
  CHECK_FALSE(is_xml(sarif));  // so that the line above can fail
  CHECK(read_file(junit).find("<testsuites name=\"fencelab check\" tests=\"5\" failures=\"1\"") !=
        std::string::npos);
  const json results = json_in(sarif)["runs"][0]["results"];
  REQUIRE(results.size() == 1);
  CHECK(results[0]["ruleId"] == "deadlock");
  const json place = results[0]["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "scenarios/library/indefinite-fence.json");
  CHECK(place["region"]["startLine"] == 27);
  CHECK(files_below(folder.path()) == Arguments{"reports", "reports/junit.xml", "s.sarif"});
}

TEST_CASE("a baseline accepts what was there when it was written, and nothing new", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.path("baseline.json");
  const Arguments one = {"--set", kUnexpected};
  Outcome outcome = check({"--set", kUnexpected, "--write-baseline", file});
  CHECK(outcome.exit_code == 0);
  CHECK(line_of(outcome, "kernel-future-fence").back() == "accepted");
  CHECK(json_in(file)["accepted"].size() == 1);
  const std::string text = read_file(file);
  outcome = check({"--set", kUnexpected, "--baseline", file});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  CHECK(line_of(outcome, "kernel-future-fence").back() == "accepted");
  // A second one is not in it.
  const Arguments two = {"--set",      kUnexpected,
                         "--set",      "/expect/user-queues-future-fence/verdict=complete",
                         "--baseline", file};
  outcome = check(two);
  CHECK(outcome.exit_code == 2);
  CHECK(line_of(outcome, "kernel-future-fence").back() == "accepted");
  CHECK(line_of(outcome, "user-queues-future-fence").back() == "failed");
  CHECK(read_file(file) == text);
  Arguments rewrite = two;
  rewrite.insert(rewrite.end(), {"--write-baseline", file});
  CHECK(check(rewrite).exit_code == 0);
  CHECK(json_in(file)["accepted"].size() == 2);
  CHECK(check(two).exit_code == 0);
}

TEST_CASE("an entry of a baseline that matches nothing any more is a warning, and can be dropped",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.path("baseline.json");
  check({"--set", kUnexpected, "--write-baseline", file});
  std::string text = read_file(file);
  const std::string old = "\"stack\": \"kernel-future-fence\"";
  REQUIRE(text.find(old) != std::string::npos);
  folder.file("baseline.json",
              text.replace(text.find(old), old.size(), "\"stack\": \"linux-implicit\""));
  const Outcome outcome = check({"--baseline", file});
  CHECK(outcome.exit_code == 0);
  CHECK(
      outcome.err.starts_with(file + ":5: warning: stale: indefinite-fence under linux-implicit "));
  CHECK(check({"--baseline", file, "--write-baseline", file}).exit_code == 0);
  CHECK(json_in(file)["accepted"].empty());
}

TEST_CASE("bad input of check is exit code 63, says what is wrong, and leaves nothing behind",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string bad = folder.file("bad.json", "{\"format\": \"fencelab-baseline\"}");
  const std::string out = folder.path("out");
  const std::vector<std::pair<Arguments, std::string>> mistakes = {
      {{"--strength", "prooved"}, "did you mean \"proved\"?"},
      {{"--timers", "nevr"}, "did you mean \"never\"?"},
      {{"--budget", "60"}, "--budget 60: error: "},
      {{"--budget", "0 s"}, "expected 1 ms to 1440 min"},
      {{"--budget", "99999 min"}, "expected 1 ms to 1440 min"},
      {{"--preemptions", "-1"}, "--preemptions"},
      {{"--preemptions", "x"}, "--preemptions"},
      {{"--max-steps", "0"}, "--max-steps"},
      {{"--max-steps", "-1"}, "--max-steps"},
      {{"--fixes", "101"}, "--fixes"},
      {{"--explain", "al"}, "did you mean \"all\"?"},
      {{"-j", "0"}, "--jobs"},
      {{"--stack", "linux-implict"}, "did you mean \"linux-implicit\"?"},
      {{"--seeds", "3..1"}, "[reversed-range]"},
      {{"--set", "/expect/linux-implicit/claim=free"}, "/expect/linux-implicit/claim"},
      {{"--baseline", bad}, "member \"version\" is missing"},
      {{"--baseline", folder.path("none")}, "cannot read the baseline: No such file or directory"},
      {{"--baseline", folder.path()}, "cannot read the baseline: Is a directory"},
      {{"--strenght", "proved"}, "did you mean \"--strength\"?"}};
  for (const auto& [arguments, words] : mistakes) {
    Arguments all = arguments;
    all.insert(all.end(), {"--out", out});
    const Outcome outcome = check(all);
    INFO(arguments[0] << " " << arguments[1] << "\n" << outcome.err);
    check_refused(outcome);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(words) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(out));
  }
  check_refused(check({}, folder.path("none.json")));
  check_refused(check({}, bad));
}

TEST_CASE("results of check that cannot be written are refused before anything runs", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("file", "precious");
  const std::vector<std::pair<Arguments, std::string>> mistakes = {
      {{"--out", file}, "fencelab: --out: cannot make directory "},
      {{"--out", ""}, "fencelab: --out: an empty name is no directory"},
      {{"--junit", file + "/x.xml"}, "fencelab: --junit: cannot make directory "},
      {{"--sarif", folder.path()}, "Is a directory\n"},
      {{"--sarif", "/proc/fencelab/x.sarif"}, "fencelab: --sarif: cannot make directory "},
      {{"--junit", folder.path("x"), "--sarif", folder.path("./x")},
       "is the file of --sarif, too"}};
  for (const auto& [arguments, words] : mistakes) {
    const Outcome outcome = check(arguments);
    INFO(arguments[0] << " " << arguments[1] << "\n" << outcome.err);
    check_refused(outcome);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(words) != std::string::npos);
  }
  CHECK(files_below(folder.path()) == Arguments{"file"});
  CHECK(read_file(file) == "precious");
}

TEST_CASE("a result of check that does not fit on the disk leaves all of them as they were",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string junit = folder.file("junit.xml", "before");
  const auto limit = [] {
    const rlimit bytes{5'000, 5'000};
    ::setrlimit(RLIMIT_FSIZE, &bytes);
  };
  const Outcome outcome =
      run_fencelab({"check", kFence, "--quiet", "--junit", junit, "--out", folder.path("out")},
                   limit, FENCELAB_SOURCE_DIR);
  check_refused(outcome);
  CHECK(outcome.err.find("no results were written") != std::string::npos);
  CHECK(read_file(junit) == "before");
  CHECK(files_below(folder.path("out")).empty());
}

TEST_CASE("a reader of check that goes away costs neither results nor exit code", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_fencelab({"check", kFence, "--quiet", "--set", kUnexpected, "--out", folder.path("out")},
                   [] { ::close(STDOUT_FILENO); });
  CHECK(outcome.exit_code == 2);
  CHECK(std::filesystem::exists(folder.path("out/check.json")));
}

TEST_CASE("reports of an earlier check go, those of run and of people stay", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  folder.file("out/deadlocks/notes-check-me.txt", "mine");
  folder.file("out/deadlocks/s-stack-seed1-1.txt", "of run");
  CHECK(check({"--out", out}).exit_code == 0);
  CHECK(
      std::filesystem::exists(out + "/deadlocks/indefinite-fence-kernel-future-fence-check-1.txt"));
  CHECK(check({"--out", out, "--stack", "linux-implicit"}).exit_code == 0);
  CHECK(files_below(out) == Arguments{"check.json", "deadlocks", "deadlocks/notes-check-me.txt",
                                      "deadlocks/s-stack-seed1-1.txt"});
}
