// What `--trace` does to a command: which are refused, and that nothing else changes.
#include <filesystem>

#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::tests;
using fencelab::testing::Outcome;
using fencelab::testing::run_fencelab;
using fencelab::testing::TemporaryFolder;

namespace {

constexpr int kExitUsage = 63;

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

/// Without what differs from one run of the program to the next.
std::string results_of(const TracedRun& run) {
  std::string text = run.result("clients.csv") + run.result("dependencies.csv");
  for (auto row : rows_of(run.result("runs.csv")))
    for (const auto& [column, value] : row)
      if (column != "wall_time_s" && column != "peak_rss_kib" && column != "events_per_second" &&
          !column.starts_with("wall"))
        text += column + "=" + value + "\n";
  return text;
}

}  // namespace

TEST_CASE("A trace changes no number of a run", "[trace]") {
  for (const auto& [scenario, stack] :
       {std::pair("desktop-with-user-queues", "kernel-implicit"),
        std::pair("pipelined-moves", "pipelined"), std::pair("error-ladder", "passed-on"),
        std::pair("vm-bind-pipeline", "async-exact")}) {
    INFO(scenario);
    TracedRun plain(library(scenario), stack);
    plain.trace("");
    const std::string expected = results_of(plain);
    CHECK(has(expected, "fingerprint="));
    for (const char* const name : {"run.json", "run.pftrace", "run.txt"}) {
      TracedRun traced(library(scenario), stack);
      traced.trace(name);
      CHECK(traced.outcome.exit_code == plain.outcome.exit_code);
      CHECK(results_of(traced) == expected);
    }
  }
}

TEST_CASE("A run that is stored already is made again for its trace", "[trace]") {
  TracedRun run(library("pipelined-moves"), "pipelined");
  run.trace("");
  const std::string before = results_of(run);
  CHECK(read_chrome(run.trace("run.json")).slices.size() > 20);
  CHECK(has(run.outcome.out, "run.json\n"));
  CHECK(results_of(run) == before);
}

TEST_CASE("A trace of several runs is refused before anything is made", "[trace]") {
  const TemporaryFolder folder;
  const Outcome outcome = run_fencelab({"run", library("desktop-with-user-queues"), "--trace",
                                        folder.path("t.json"), "--out", folder.path("out")});
  CHECK(outcome.exit_code == kExitUsage);
  CHECK(has(outcome.err, "--trace is about one run, and these are 12:\n"));
  CHECK(has(outcome.err, "--stack kernel-implicit --seeds 2\n"));
  CHECK(has(outcome.err, "choose one by --stack, --seeds and --point"));
  CHECK(fencelab::testing::files_below(folder.path()).empty());
}

TEST_CASE("Options of traces that make no sense are refused", "[trace]") {
  const auto refusal = [](const std::vector<std::string>& more) {
    const TemporaryFolder folder;
    std::vector<std::string> arguments{"run",   library("pipelined-moves"), "--stack", "pipelined",
                                       "--out", folder.path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_fencelab(arguments);
    CHECK(outcome.exit_code == kExitUsage);
    CHECK(fencelab::testing::files_below(folder.path()).empty());
    return outcome.err;
  };
  CHECK(has(refusal({"--trace", "x.dat"}), ".json (Chrome trace events)"));
  CHECK(has(refusal({"--trace", "x.json", "--trace-window", "20ms..10ms"}), "10ms..20ms"));
  CHECK(has(refusal({"--trace", "x.json", "--trace-window", "20ms"}), "10ms..20ms"));
  CHECK(has(refusal({"--trace-window", "1ms..2ms"}), "--trace"));
  CHECK(has(refusal({"--trace", "x.txt", "--trace-names", "5.0"}), "--trace-names"));
}

TEST_CASE("A trace that cannot be written is told, and the results are there", "[trace]") {
  TracedRun run(library("pipelined-moves"), "pipelined");
  run.trace("no-such-folder/run.json");
  CHECK(run.outcome.exit_code == kExitUsage);
  CHECK(has(run.outcome.err, "--trace: "));
  CHECK(has(run.outcome.err, "No such file or directory"));
  CHECK(rows_of(run.result("runs.csv")).size() == 1);
  std::filesystem::create_symlink("/dev/full", run.folder().path("full.json"));
  run.trace("full.json");
  CHECK(run.outcome.exit_code == kExitUsage);
  CHECK(has(run.outcome.err, "No space left on device"));
}

TEST_CASE("A run that is stopped leaves a trace that can be read", "[trace]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("run.json");
  const std::string endless = R"json({
    "format": 1, "name": "long", "horizon": "100000 s",
    "platform": {"gpus": [{"name": "gpu0", "driver": "amdgpu", "vram": "1 GiB",
                           "engines": ["rcs0"]}]},
    "processes": [{"name": "app", "contexts": [{"name": "c", "engine": "rcs0"}],
      "threads": [{"name": "main", "program": [{"loop": {"body": [
        {"id": "draw", "submit": {"context": "c", "duration": "1 us"}},
        {"wait": {"ops": ["draw"]}}]}}]}]}],
    "stacks": [{"name": "s", "preset": "linux-implicit"}]})json";
  const Outcome outcome =
      run_fencelab({"run", folder.file("long.json", endless), "--quiet", "--run-time", "1 s",
                    "--trace", path, "--out", folder.path("out")});
  INFO(outcome.err);
  CHECK(outcome.exit_code != 0);
  // What is cut is the last event at most.
  const std::string text = fencelab::testing::read_file(path);
  const std::string whole = text.substr(0, text.rfind("},\n") + 1);
  folder.file("cut.json", whole);
  CHECK(read_chrome(folder.path("cut.json"), false).slices.size() > 1000);
}
