// The reader of i915 workload descriptors: real files are read back as written, and every mistake
// has its line.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "scenarios/loader.hpp"
#include "scenarios/wsim/importer.hpp"
#include "scenarios/wsim/parser.hpp"

using namespace fencelab::scenarios;
namespace fs = std::filesystem;

namespace {

std::string diagnostics_of(const std::string& text) {
  const auto workload = wsim::parse_workload(text, "w.wsim");
  return workload ? std::string() : format_diagnostics(workload.diagnostics());
}

}  // namespace

TEST_CASE("Every step of the real workloads is read back as the step it was") {
  std::size_t files = 0, steps = 0;
  for (const auto& entry : fs::directory_iterator(FENCELAB_SOURCE_DIR "/tests/data/igt_wsim")) {
    if (entry.path().extension() != ".wsim") continue;
    ++files;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto workload = wsim::parse_workload(text, entry.path().filename());
    INFO(entry.path());
    REQUIRE(workload);
    // One text of canonical steps: references between steps need their neighbours.
    std::string canonical;
    for (const auto& step : workload->steps) canonical += wsim::render_step(step) + "\n";
    const auto again = wsim::parse_workload(canonical, "again");
    REQUIRE(again);
    REQUIRE(again->steps.size() == workload->steps.size());
    for (std::size_t i = 0; i < again->steps.size(); ++i, ++steps)
      CHECK(wsim::render_step(again->steps[i]) == wsim::render_step(workload->steps[i]));
    CHECK(load_scenario(wsim::import_workload(*workload, {.name = "w"}), "w.json", {}));
  }
  CHECK(files == 35);
  CHECK(steps > 500);
}

TEST_CASE("Each mistake in a descriptor is reported at its line") {
  const struct {
    const char* text;
    const char* place;
  } cases[] = {
      {"1.RCS.1000.0.0\n1.NOPE.1000.0.0\n", "w.wsim:2:"},  // no such engine
      {"1.RCS.0.0.0\n", "w.wsim:1:"},                      // a batch of no time
      {"1.RCS.1000.0\n", "w.wsim:1:"},                     // a field short
      {"1.RCS.1000.0.0.7\n", "w.wsim:1:"},                 // a field too many
      {"1.RCS.2000-1000.0.0\n", "w.wsim:1:"},              // a range backwards
      {"1.RCS.1000.-1.0\n", "w.wsim:1:"},                  // depends on a step before the first
      {"1.RCS.1000.1.0\n", "w.wsim:1:"},                   // depends on a later step
      {"1.RCS.1000.0.2\n", "w.wsim:1:"},                   // the wait flag is 0 or 1
      {"1.RCS.1000.0.0\nT.-1\n", "w.wsim:2:"},             // terminates a batch that ends anyway
      {"1.RCS.1000.0.0\ns.-2\n", "w.wsim:2:"},             // waits for a step that is not there
      {"1.RCS.1000.0.0\nz.3\n", "w.wsim:2:"},              // no such step
      {"1.RCS.99999999999999999999.0.0\n", "w.wsim:1:"},   // more microseconds than there are
      {"1.RCS.1000.r1-0.0\n", "w.wsim:1:"},                // a working set nobody defined
      {"w.1.4k\nw.1.8k\n1.RCS.1000.0.0\n", "w.wsim:2:"},   // a working set defined twice
      {"M.1.VCS1\n", "w.wsim:1:"},                         // nothing to do
      {"d.-5\n", "w.wsim:1:"},                             // a negative delay
  };
  for (const auto& one : cases) {
    const std::string said = diagnostics_of(one.text);
    INFO(one.text << said);
    CHECK(said.find(one.place) == 0);
  }
}

TEST_CASE("All mistakes of a descriptor are reported at once") {
  const std::string said = diagnostics_of("1.NOPE.1.0.0\nz.3\n1.RCS.1000.0.0\nd.x\n");
  for (const char* place : {"w.wsim:1:", "w.wsim:2:", "w.wsim:4:"})
    CHECK(said.find(place) != std::string::npos);
}

TEST_CASE("A descriptor without batches is a scenario all the same") {
  for (const char* text : {"p.400\n", "d.10\n"}) {
    const auto workload = wsim::parse_workload(text, "w.wsim");
    REQUIRE(workload);
    CHECK(load_scenario(wsim::import_workload(*workload, {.name = "w"}), "w.json", {}));
  }
}
