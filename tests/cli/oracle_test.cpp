// fencelab run --oracle: each stack once more, waiting for true hazards only.
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

/// Two readers of one buffer after a writer; amdgpu's rule makes them wait for each other.
const std::string kReaders = R"({
  "format": 1, "name": "readers", "seeds": "1..2",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0", "ccs0", "bcs0"]}]},
  "buffers": [{"name": "b", "size": "8 MiB"}],
  "processes": [
    {"name": "w", "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [{"name": "main",
     "program": [{"submit": {"context": "c", "duration": "2 ms", "writes": ["b"]}}]}]},
    {"name": "one", "contexts": [{"name": "c", "engine": "ccs0"}], "threads": [{"name": "main",
     "start": "100 us", "program": [{"submit": {"context": "c", "duration": "4 ms",
     "reads": ["b"]}}]}]},
    {"name": "two", "contexts": [{"name": "c", "engine": "bcs0"}], "threads": [{"name": "main",
     "start": "200 us", "program": [{"submit": {"context": "c", "duration": "4 ms",
     "reads": ["b"]}}]}]}],
  "stacks": ["amdgpu-implicit", "linux-implicit"]})";

using Row = std::map<std::string, std::string>;

/// Rows of a CSV file without quoted commas in the columns that are asked for.
std::vector<Row> rows_of(const std::string& path) {
  std::istringstream lines(read_file(path));
  const auto split = [](const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
    return fields;
  };
  std::string line;
  std::getline(lines, line);
  const auto header = split(line);
  std::vector<Row> rows;
  while (std::getline(lines, line)) {
    const auto fields = split(line);
    Row row;
    for (std::size_t i = 0; i < header.size() && i < fields.size(); ++i) row[header[i]] = fields[i];
    rows.push_back(row);
  }
  return rows;
}

Row makespan_of(const std::string& folder, const std::string& stack) {
  for (const Row& row : rows_of(folder + "/compare.csv"))
    if (row.at("stack") == stack && row.at("metric") == "makespan_ns") return row;
  FAIL("no makespan of " << stack);
  return {};
}

Outcome run(const TemporaryFolder& folder, std::vector<std::string> more,
            const std::string& scenario = kReaders) {
  const std::string file = folder.file("readers.json", scenario);
  std::vector<std::string> arguments{"run", file, "--out", folder.path("out")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments);
}

}  // namespace

TEST_CASE("run --oracle runs every stack and seed once more and compares with that", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder, {"--oracle"});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  std::map<std::string, int> runs;
  for (const Row& row : rows_of(folder.path("out/runs.csv"))) ++runs[row.at("stack")];
  CHECK(runs == std::map<std::string, int>{{"amdgpu-implicit", 2},
                                           {"amdgpu-implicit+oracle", 2},
                                           {"linux-implicit", 2},
                                           {"linux-implicit+oracle", 2}});
  // 2 ms, 4 ms, 4 ms one after the other against 2 ms and both readers at once: 10/6, but for what
  // ioctls take. Under dma_resv's classes readers do not wait for each other: nothing to gain.
  const Row amdgpu = makespan_of(folder.path("out"), "amdgpu-implicit");
  CHECK(amdgpu.at("oracle") == "amdgpu-implicit+oracle");
  CHECK(std::stod(amdgpu.at("ratio_to_oracle")) == Approx(10.0 / 6.0).epsilon(0.01));
  const Row linux = makespan_of(folder.path("out"), "linux-implicit");
  CHECK(std::stod(linux.at("ratio_to_oracle")) == Approx(1.0).epsilon(0.001));
  CHECK(makespan_of(folder.path("out"), "linux-implicit+oracle")["ratio_to_oracle"].empty());
  CHECK(outcome.out.find("/ oracle") != std::string::npos);
  CHECK(outcome.out.find("1.6") != std::string::npos);
}

TEST_CASE("without --oracle there are no such runs, column or numbers", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder, {});
  REQUIRE(outcome.exit_code == 0);
  CHECK(rows_of(folder.path("out/runs.csv")).size() == 4);
  CHECK(makespan_of(folder.path("out"), "amdgpu-implicit")["ratio_to_oracle"].empty());
  CHECK(outcome.out.find("/ oracle") == std::string::npos);
}

TEST_CASE("with --stack and --seeds, --oracle runs again only what is run", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder, {"--oracle", "--stack", "amdgpu-implicit", "--seeds", "1..3"});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  std::map<std::string, int> runs;
  for (const Row& row : rows_of(folder.path("out/runs.csv"))) ++runs[row.at("stack")];
  CHECK(runs == std::map<std::string, int>{{"amdgpu-implicit", 3}, {"amdgpu-implicit+oracle", 3}});
}

TEST_CASE("a stack that is the oracle, or cannot be one, has no second run", "[cli]") {
  const TemporaryFolder folder;
  std::string scenario = kReaders;
  const std::string stacks = R"(["amdgpu-implicit", "linux-implicit"])";
  scenario.replace(scenario.find(stacks), stacks.size(),
                   R"([{"name": "best", "preset": "linux-implicit", "axes": {"sync": "oracle"}}])");
  REQUIRE(run(folder, {"--oracle"}, scenario).exit_code == 0);
  CHECK(rows_of(folder.path("out/runs.csv")).size() == 2);
}

TEST_CASE("expectations are not checked on the runs of the oracle", "[cli]") {
  const TemporaryFolder folder;
  std::string scenario = kReaders;
  scenario.insert(scenario.rfind('}'), R"(, "expect": {
    "amdgpu-implicit": {"verdict": "complete", "metrics": {"dependencies_false_count": {"min": 1}}}})");
  CHECK(run(folder, {"--oracle"}, scenario).exit_code == 0);
}

TEST_CASE("check has no option --oracle", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome = run_fencelab({"check", folder.file("s.json", kReaders), "--oracle"});
  CHECK(outcome.exit_code == 63);
  CHECK(outcome.err.find("--oracle") != std::string::npos);
}
