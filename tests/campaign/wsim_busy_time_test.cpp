// Imported workloads do the work their files prescribe: added up from the text by a reader of its
// own.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/wsim/importer.hpp"
#include "scenarios/wsim/parser.hpp"

using namespace fencelab;

namespace {

/// What a descriptor prescribes per iteration, read without the importer: sums of the third field
/// of every line that begins with a digit.
struct Prescribed {
  double min_us = 0, max_us = 0;
  int batches = 0, infinite = 0;
};

Prescribed add_up(const std::string& text) {
  Prescribed sum;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string context, engine, duration;
    if (line.empty() || !std::isdigit(static_cast<unsigned char>(line[0]))) continue;
    std::getline(fields, context, '.');
    std::getline(fields, engine, '.');
    std::getline(fields, duration, '.');
    ++sum.batches;
    if (duration == "*") {
      ++sum.infinite;
      continue;
    }
    const auto dash = duration.find('-');
    sum.min_us += std::stod(duration.substr(0, dash));
    sum.max_us += std::stod(dash == std::string::npos ? duration : duration.substr(dash + 1));
  }
  return sum;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE(
    "Every public wsim workload imports, runs to a verdict, and keeps its engines busy as "
    "prescribed") {
  constexpr int kRepeat = 3;
  const auto registry = policies::Registry::built_in();
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(FENCELAB_SOURCE_DIR "/tests/data/igt_wsim")) {
    if (entry.path().extension() != ".wsim") continue;
    ++files;
    const std::string text = read(entry.path());
    INFO(entry.path().string());
    const auto workload = scenarios::wsim::parse_workload(text, entry.path().filename().string());
    REQUIRE(workload.ok());
    const std::string json = scenarios::wsim::import_workload(*workload, {"workload", 1, kRepeat});
    const auto scenario = scenarios::load_scenario(json, "workload.json", {});
    REQUIRE(scenario.ok());
    const Prescribed prescribed = add_up(text);
    for (const auto& stack : scenario->stacks) {
      const auto resolved = scenarios::resolve_stack(*scenario, stack, registry);
      REQUIRE(resolved.ok());
      const auto record = campaign::run_one(*scenario, *resolved, 7);
      CHECK(record.verdict == "complete");
      CHECK(record.values.at("jobs_done_count") == std::to_string(kRepeat * prescribed.batches));
      double busy_us = 0;
      for (const auto& [engine, ns] : record.engine_busy_ns) busy_us += ns / 1000.0;
      CHECK(busy_us >= kRepeat * prescribed.min_us);
      if (prescribed.infinite == 0) CHECK(busy_us <= kRepeat * prescribed.max_us);
      if (prescribed.infinite == 0 && prescribed.min_us == prescribed.max_us)
        CHECK(busy_us == Approx(kRepeat * prescribed.min_us).epsilon(1e-12));
    }
  }
  CHECK(files == 35);
}

TEST_CASE("A descriptor survives being written back: nothing is lost in reading") {
  for (const auto& entry :
       std::filesystem::directory_iterator(FENCELAB_SOURCE_DIR "/tests/data/igt_wsim")) {
    if (entry.path().extension() != ".wsim") continue;
    const std::string text = read(entry.path());
    INFO(entry.path().string());
    const auto workload = scenarios::wsim::parse_workload(text, "x.wsim");
    REQUIRE(workload.ok());
    std::string again;
    for (const auto& step : workload->steps) again += scenarios::wsim::render_step(step) + "\n";
    const auto reread = scenarios::wsim::parse_workload(again, "again.wsim");
    REQUIRE(reread.ok());
    REQUIRE(reread->steps.size() == workload->steps.size());
    for (std::size_t i = 0; i < reread->steps.size(); ++i)
      CHECK(scenarios::wsim::render_step(reread->steps[i]) ==
            scenarios::wsim::render_step(workload->steps[i]));
  }
}

TEST_CASE("Mistakes in a descriptor are reported with line and column, all of them") {
  const auto workload = scenarios::wsim::parse_workload(
      "1.RCS.1000.0.0\n1.XCS.1000.0.0\n1.RCS.0.0.0\nz.3\n", "bad.wsim");
  REQUIRE_FALSE(workload.ok());
  const auto& errors = workload.diagnostics();
  REQUIRE(errors.size() == 3);
  CHECK((errors[0].line == 2 && errors[0].column == 3));
  CHECK((errors[1].line == 3 && errors[1].column == 7));
  CHECK((errors[2].line == 4 && errors[2].column == 1));
}

TEST_CASE("Steps that refer to the wrong kind of step are errors") {
  for (const char* text :
       {"1.RCS.1000.-1.0\n", "f\n1.RCS.1000.-1.0\n", "1.RCS.1000.0.0\nT.-1\n",
        "1.RCS.1000.0.0\na.-1\n", "s.-1\n", "B.1\n1.VCS.1000.0.0\n", "w.1.4k\n1.RCS.1000.r1-1.0\n",
        "1.RCS.1000.r3-0.0\n", "w.1.4k\nw.1.4k\n", "1.RCS1-0.10.0.0\n"}) {
    INFO(text);
    CHECK_FALSE(scenarios::wsim::parse_workload(text, "bad.wsim").ok());
  }
}
