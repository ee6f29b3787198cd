// Limits of what scenario files may ask for: each has a flag, a default, and an error that names
// it.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/cli/campaign_folders.hpp"
#include "tests/cli/program.hpp"
#include "tests/sampling.hpp"

using namespace fencelab::testing;
using fencelab::tests::kSanitized;

namespace {

/// Two clones of a process with three threads.
constexpr const char* kScenario = R"({"format": 1, "name": "s",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["gfx"]}]},
  "processes": [{"name": "p", "count": 2, "threads": [
    {"name": "a", "program": [{"think": "1 ms"}]},
    {"name": "b", "program": [{"loop": {"times": 3, "body": [{"think": "1 ms"}]}}]},
    {"name": "c", "program": [{"think": "1 ms"}]}]}],
  "stacks": ["linux-implicit"]})";

std::string nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

Outcome validate(const std::string& file, Arguments options) {
  options.insert(options.begin(), {"validate", file});
  return run_fencelab(options);
}

}  // namespace

TEST_CASE("limits of a file are moved by flags, which their errors name", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("s.json", kScenario);
  CHECK(validate(file, {}).exit_code == 0);
  const struct {
    const char *flag, *least, *too_few, *error;
  } limits[] = {{"--max-file-size", "1 KiB", "100 B", "at most 100 B (--max-file-size)"},
                {"--max-values", "80", "30", "at most 30 values (--max-values)"},
                {"--max-nesting", "12", "4", "at most 4 levels (--max-nesting)"},
                {"--max-threads", "6", "5", "at most 5 (--max-threads)"}};
  for (const auto& limit : limits) {
    INFO(limit.flag);
    CHECK(validate(file, {limit.flag, limit.least}).exit_code == 0);
    for (const std::string command : {"validate", "run", "check"}) {
      INFO(command);
      const Outcome refused = run_fencelab({command, file, limit.flag, limit.too_few});
      CHECK(refused.exit_code == 63);
      CHECK(says(refused, limit.error));
    }
    CHECK(validate(file, {limit.flag, "0"}).exit_code == 63);
    CHECK(validate(file, {limit.flag, "many"}).exit_code == 63);
  }
}

TEST_CASE("what is nested as deep as flags allow is read and refused, not died of", "[cli]") {
  const TemporaryFolder folder;
  const std::string deep = folder.file("deep.json", nested(256));
  CHECK(says(validate(deep, {}), "--max-nesting"));
  CHECK_FALSE(says(validate(deep, {"--max-nesting", "256"}), "--max-nesting"));
  std::string loops = R"([{"think": "1 ns"}])";
  for (int i = 0; i < 80; ++i)
    loops = fmt::format(R"([{{"loop": {{"times": 1, "body": {}}}}}])", loops);
  const std::string file = folder.file(
      "loops.json",
      R"({"format": 1, "name": "l", "platform": {"gpus": [{"name": "g", "engines": ["e"]}]},
          "processes": [{"name": "p", "threads": [{"name": "t", "program": )" +
          loops + R"(}]}], "stacks": ["linux-implicit"]})");
  CHECK(says(validate(file, {}), "--max-nesting"));
  const Outcome run =
      run_fencelab({"run", file, "--max-nesting", "256", "--out", folder.path("out"), "--quiet"});
  CHECK(run.exit_code == 0);
  CHECK(query(folder.path("out") + "/results.sqlite", "SELECT verdict, reproduce FROM runs") ==
        "complete|fencelab run " + file + " --stack linux-implicit --seeds 1 --max-nesting 256\n");
}

TEST_CASE("a run of too many events ends at the same one each time, and says so", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("s.json", kScenario);
  const auto run = [&](const std::string& events, const std::string& out) {
    return run_fencelab({"run", file, "--run-events", events, "--out", folder.path(out), "--quiet",
                         "--check-determinism"});
  };
  CHECK(run("100000", "enough").exit_code == 0);
  for (const char* const out : {"first", "second"}) {
    const Outcome outcome = run("5", out);
    CHECK(outcome.exit_code == 4);
    CHECK(says(outcome, "more than 5 events"));
  }
  const auto told = [&](const char* out) {
    return query(folder.path(out) + "/results.sqlite", "SELECT status, message FROM runs");
  };
  CHECK(told("first") == told("second"));
  CHECK(told("first").starts_with("overdue|the run was stopped: more than 5 events, at "));
  CHECK(run("0", "none").exit_code == 63);
}

TEST_CASE("limits of runs can be lifted", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("s.json", kScenario);
  CHECK(run_fencelab({"run", file, "--run-time", "unlimited", "--run-memory", "unlimited", "--out",
                      folder.path("out"), "--quiet"})
            .exit_code == 0);
  CHECK(run_fencelab({"run", file, "--run-time", "endless"}).exit_code == 63);
  if (kSanitized) return;  // needs more address space than any limit
  const Outcome poor = run_fencelab(
      {"check", file, "--set", "/processes/0/count=10000", "--run-memory", "1 MiB", "--quiet"});
  CHECK(poor.exit_code == 4);
  CHECK(says(poor, "the run needed more memory than it may have (--run-memory)"));
}

TEST_CASE("a search of more actors than it can follow proves nothing, and says why", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_fencelab({"check", folder.file("s.json", kScenario), "--set", "/processes/0/count=100",
                    "--strength", "proved", "--max-steps", "2000", "--quiet"});
  CHECK(outcome.exit_code == 1);
  CHECK(says(outcome, "more than 256 actors are not followed"));
}
