// --against: what got worse since earlier runs, how surely, and what may.
#include <pugixml.hpp>

#include "campaign/columns.hpp"
#include "campaign/directions.hpp"
#include "tests/cli/campaign_folders.hpp"
#include "tests/cli/mistakes.hpp"

using namespace fencelab;
using namespace fencelab::testing;

namespace {

const std::string kSlower = "/processes/0/threads/0/program/0/loop/body/0/submit/duration/uniform=";

/// Runs of `draws` in folder `out`, with other durations if these are given.
Outcome run_draws(const TemporaryFolder& folder, const std::string& out, const std::string& seeds,
                  const std::string& durations = "", const Arguments& more = {}) {
  Arguments arguments = run_of(folder.file("draws.json", draws()), folder.path(out), seeds, more);
  if (!durations.empty()) arguments.insert(arguments.end(), {"--set", kSlower + durations});
  return run_fencelab(arguments);
}

Outcome compare(const TemporaryFolder& folder, const std::string& now, const std::string& before,
                const Arguments& more = {}) {
  Arguments arguments{"compare",   folder.path(now),   "--out", folder.path(now + "-compared"),
                      "--against", folder.path(before)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments);
}

std::string rows_of(const TemporaryFolder& folder, const std::string& now) {
  return read_file(folder.path(now + "-compared/regressions.csv"));
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

std::string tolerance_of(const TemporaryFolder& folder, const std::string& rules) {
  return folder.file("tolerance.json",
                     R"({"format": "fencelab-tolerance", "version": 1, "rules": [)" + rules + "]}");
}

}  // namespace

TEST_CASE("the same runs are no regression", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(run_draws(folder, "before", "1..4").exit_code == 0);
  const Outcome run =
      run_draws(folder, "now", "1..5", "", {"--against", folder.path("before/results.sqlite")});
  INFO(run.out + run.err);
  CHECK(run.exit_code == 0);
  CHECK(has(run.out, "0 of 2 stacks of scenario points got worse; 2 runs are new\n"));
  CHECK(read_file(folder.path("now/regressions.csv")).find('\n') ==
        read_file(folder.path("now/regressions.csv")).size() - 1);
}

TEST_CASE("what got slower beyond the chance of seeds is a regression", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(run_draws(folder, "before", "1..8").exit_code == 0);
  REQUIRE(run_draws(folder, "now", "1..8", R"(["1 ms","3 ms"])").exit_code == 0);
  const std::string junit = folder.path("junit.xml");
  const Outcome worse = compare(folder, "now", "before", {"--junit", junit});
  INFO(worse.out + worse.err);
  CHECK(worse.exit_code == 1);
  CHECK(has(worse.out, "\ndraws under linux-implicit\n  "));
  CHECK(has(worse.out, "makespan_ns: "));
  CHECK(has(worse.out, " of 8 seeds)\n"));
  CHECK(has(worse.out, "\n2 of 2 stacks of scenario points got worse"));
  CHECK(has(rows_of(folder, "now"), "2,draws,,linux-implicit,makespan_ns,ns,less,worse,8,"));
  pugi::xml_document document;
  REQUIRE(document.load_file(junit.c_str()));
  CHECK(document.child("testsuites").attribute("failures").as_int() == 2);
  const pugi::xml_node failure =
      document.child("testsuites").child("testsuite").child("testcase").child("failure");
  CHECK(has(failure.text().as_string(), "makespan_ns"));
  CHECK(has(failure.text().as_string(), "fencelab run "));
  // The other way round it is better.
  const Outcome better = compare(folder, "before", "now");
  CHECK(better.exit_code == 0);
  CHECK(has(rows_of(folder, "before"), ",linux-implicit,makespan_ns,ns,less,better,8,"));
  CHECK(has(better.out, "0 of 2 stacks"));
}

TEST_CASE("means that differ by less than seeds do are told as unsure", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(run_draws(folder, "before", "1..5").exit_code == 0);
  // Every draw is farther from the mean, so that some seeds gain and others lose.
  REQUIRE(run_draws(folder, "now", "1..5", R"(["0.5 ms","2.5 ms"])").exit_code == 0);
  compare(folder, "now", "before");
  const std::string there = rows_of(folder, "now");
  compare(folder, "before", "now");
  const std::string back = rows_of(folder, "before");
  // One of the two ways is worse on average.
  const auto unsure = [](const std::string& rows) {
    return has(rows, ",linux-implicit,makespan_ns,ns,less,unsure,5,");
  };
  const auto better = [](const std::string& rows) {
    return has(rows, ",linux-implicit,makespan_ns,ns,less,better,5,");
  };
  INFO(there << back);
  CHECK(unsure(there) + unsure(back) == 1);
  CHECK(better(there) + better(back) == 1);
}

TEST_CASE("rules say what may get worse, where, and the last that fits decides", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(run_draws(folder, "before", "1..3").exit_code == 0);
  REQUIRE(run_draws(folder, "now", "1..3", R"(["1.1 ms","2.2 ms"])").exit_code == 0);
  const auto code = [&](const std::string& rules) {
    const Outcome outcome =
        compare(folder, "now", "before", {"--tolerance", tolerance_of(folder, rules)});
    INFO(outcome.out + outcome.err);
    return outcome.exit_code;
  };
  CHECK(code("") == 1);
  CHECK(code(R"({"metric": "*", "relative": 0.11})") == 0);
  CHECK(has(rows_of(folder, "now"), ",linux-implicit,makespan_ns,ns,less,allowed,3,"));
  CHECK(code(R"({"metric": "*", "relative": 0.09})") == 1);
  CHECK(code(R"({"metric": "*", "absolute": 3e6})") == 0);
  CHECK(code(R"({"metric": "*", "ignore": true})") == 0);
  CHECK(
      code(
          R"({"metric": "*", "relative": 0.11}, {"metric": "makespan_ns", "stack": "vulkan-*"})") ==
      1);
  CHECK(code(R"({"metric": "*", "relative": 0.11}, {"metric": "*", "scenario": "another"})") == 0);
  // More busy engines are nobody's loss, unless somebody says so.
  CHECK(
      code(R"({"metric": "*", "ignore": true}, {"metric": "engine_busy_ns", "better": "less"})") ==
      1);
  CHECK(
      code(R"({"metric": "*", "ignore": true}, {"metric": "engine_busy_ns", "better": "more"})") ==
      0);
}

TEST_CASE("a run that ends worse, or is not there, is a regression", "[cli]") {
  const TemporaryFolder folder;
  const auto run = [&](const char* out, const char* locks) {
    return run_fencelab({"run", FENCELAB_SOURCE_DIR "/scenarios/library/buffer-abba.json",
                         "--stack", "plain-locks", "--seeds", "1..2", "--quiet", "--set",
                         std::string("/stacks/1/axes/submission/reservation_locks=") + locks,
                         "--out", folder.path(out)})
        .signal;
  };
  CHECK(run("before", "ww") == 0);
  CHECK(run("now", "plain") == 0);
  const Outcome worse = compare(folder, "now", "before");
  INFO(worse.out + worse.err);
  CHECK(worse.exit_code == 1);
  CHECK(has(worse.out, "  verdict: complete -> deadlock (seeds 1, 2)\n"));
  CHECK(has(rows_of(folder, "now"),
            ",plain-locks,verdict,text,,worse,1,,,,,,,,,seed 1: complete -> deadlock\n"));
  CHECK(compare(folder, "before", "now",
                {"--tolerance", tolerance_of(folder, R"({"metric": "[a-u]*", "ignore": true})")})
            .exit_code == 0);
  REQUIRE(run_draws(folder, "some", "1..3").exit_code == 0);
  REQUIRE(run_draws(folder, "fewer", "2").exit_code == 0);
  const Outcome fewer = compare(folder, "fewer", "some");
  CHECK(fewer.exit_code == 1);
  CHECK(has(fewer.out, "  was not run now: seeds 1, 3\n"));
  CHECK(compare(folder, "fewer", "some",
                {"--tolerance", tolerance_of(folder, R"({"metric": "verdict", "ignore": true})")})
            .exit_code == 0);
}

TEST_CASE("mistakes about earlier runs and tolerances are said before anything runs", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(run_draws(folder, "before", "1").exit_code == 0);
  const auto fails = [&](const Arguments& more, const std::string& words) {
    const Outcome outcome = run_draws(folder, "out", "1", "", more);
    INFO(outcome.err);
    CHECK(outcome.exit_code == kBadInput);
    CHECK(says(outcome, words));
    CHECK_FALSE(std::filesystem::exists(folder.path("out")));
  };
  const std::string before = folder.path("before");
  fails({"--against", folder.path("nowhere")}, "there is no such file");
  fails({"--against", folder.file("text", "text")}, "no database");
  fails({"--tolerance", tolerance_of(folder, "")}, "--against");
  fails({"--against", before, "--tolerance", folder.path("nowhere")}, "the tolerance");
  const auto rule_fails = [&](const std::string& rule, const std::string& words) {
    fails({"--against", before, "--tolerance", tolerance_of(folder, rule)}, words);
  };
  rule_fails(R"({"metric": "makespan"})", "no metric is called \"makespan\"");
  rule_fails(R"({"metrik": "*"})", "unknown member \"metrik\"");
  rule_fails(R"({"metric": "*", "relative": -1})", "this is no amount");
  rule_fails(R"({"metric": "*", "relative": "5 %"})", "a number such as 0.05");
  rule_fails(R"({"metric": "*", "better": "up"})", "this is no direction");
  rule_fails(R"({"metric": "*", "ignore": 1})", "true or false");
  fails({"--against", before, "--tolerance",
         folder.file("t", R"({"format": "x", "version": 1, "rules": []})")},
        "this is no tolerance");
}

TEST_CASE("every column that has a direction exists", "[cli]") {
  std::size_t less = 0, more = 0;
  for (const campaign::Column& column : campaign::columns()) {
    less += campaign::better_of(column.name) == campaign::Better::less;
    more += campaign::better_of(column.name) == campaign::Better::more;
  }
  CHECK(less == 55);
  CHECK(more == 6);
}
