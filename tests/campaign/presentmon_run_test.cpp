// Imported game loops take as long for their frames as the log says.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/presentmon/csv.hpp"
#include "scenarios/presentmon/importer.hpp"

using namespace fencelab;

namespace {

/// The sum of a column, read without the importer.
double sum_of(const std::string& path, const std::string& application, std::size_t column) {
  std::ifstream file(path);
  double sum = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string name, cell;
    std::getline(cells, name, ',');
    if (name != application) continue;
    for (std::size_t i = 1; i <= column; ++i) std::getline(cells, cell, ',');
    sum += std::stod(cell);
  }
  return sum;
}

}  // namespace

TEST_CASE("The GPU of an imported game loop is as busy as the log says, and frames are shown") {
  const std::string path = FENCELAB_SOURCE_DIR "/tests/data/presentmon/test_case_4_v2.csv";
  std::ifstream file(path, std::ios::binary);
  const auto log = scenarios::presentmon::read_frame_log(file, path);
  REQUIRE(log.ok());
  const auto imported = scenarios::presentmon::import_frame_log(*log, path, {"frames", "dwm.exe"});
  REQUIRE(imported.ok());
  const auto scenario = scenarios::load_scenario(imported->scenario, "frames.json", {});
  REQUIRE(scenario.ok());
  constexpr std::size_t kGpuBusy = 15;  // column
  const double recorded_ms = sum_of(path, "dwm.exe", kGpuBusy);
  REQUIRE(recorded_ms > 50);
  const auto registry = policies::Registry::built_in();
  for (const auto& spec : scenario->stacks) {
    INFO(spec.name);
    const auto stack = scenarios::resolve_stack(*scenario, spec, registry);
    REQUIRE(stack.ok());
    double busy_ms = 0;
    constexpr int kSeeds = 8;
    for (int seed = 1; seed <= kSeeds; ++seed) {
      const auto record = campaign::run_one(*scenario, *stack, static_cast<std::uint64_t>(seed));
      CHECK(record.verdict == "complete");
      CHECK(record.values.at("hazards_count") == "0");
      CHECK(record.values.at("frames_shown_count") == record.values.at("frames_presented_count"));
      busy_ms += record.engine_busy_ns.at("gpu0/rcs0") / 1e6 / kSeeds;
    }
    CHECK(busy_ms == Approx(recorded_ms).epsilon(0.05));
  }
}
