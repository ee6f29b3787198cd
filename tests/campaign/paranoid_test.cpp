// Every scenario of the library, under each of its stacks: nothing that its models share bypasses
// the footprints, as far as a sample tells.
#include "analysis/explore/paranoid.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "campaign/scenario_subject.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
namespace fs = std::filesystem;

namespace {

/// More of a sample where somebody asks for it, less where each step costs many times as much.
std::uint32_t walks(bool is_large) {
  if (const char* const asked = std::getenv("FENCELAB_PARANOID_WALKS"))
    return static_cast<std::uint32_t>(std::strtoul(asked, nullptr, 10));
  return tests::kSanitized || is_large ? 1 : 8;
}

std::uint64_t seed() {
  const char* const asked = std::getenv("FENCELAB_PARANOID_SEED");
  return asked ? std::strtoull(asked, nullptr, 10) : 1;
}

std::vector<std::string> library() {
  std::vector<std::string> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(FENCELAB_SOURCE_DIR "/scenarios/library"))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// Every fourth scenario of the library, from number `quarter` on: all of them take minutes.
void check_quarter(std::size_t quarter) {
  const auto registry = policies::Registry::built_in();
  std::uint64_t diamonds = 0;
  const std::vector<std::string> files = library();
  for (std::size_t i = quarter; i < files.size(); i += 4) {
    const std::string& file = files[i];
    const auto scenario = scenarios::load_scenario_file(file, {}, {});
    REQUIRE(scenario);
    for (const auto& stack : scenario->stacks) {
      const auto resolved = scenarios::resolve_stack(*scenario, stack, registry);
      REQUIRE(resolved);
      campaign::ScenarioSubject subject(*scenario, *resolved);
      for (const auto timers : {core::TimerMode::never, core::TimerMode::any}) {
        // With gigabytes of pages each look at the state of the world takes a millisecond.
        const bool is_large = file.find("/published/") != std::string::npos;
        const analysis::ParanoidLimits limits{
            .seed = seed(), .walks = walks(is_large), .depth = is_large ? 60u : 600u};
        const auto report = analysis::check_paranoid(subject, {.timers = timers}, limits);
        INFO(fs::path(file).filename().string()
             << " under " << stack.name << ", timers " << static_cast<int>(timers));
        INFO(report.diamonds << " diamonds, " << report.keys_apart << " keys apart, "
                             << report.hash_matches << " matches, " << report.steps << " steps");
        std::string all;
        for (const std::string& violation : report.violations) all += violation + "\n";
        INFO(all);
        CHECK(report.ok());
        diamonds += report.diamonds;
      }
    }
  }
  CHECK(diamonds > 500);
}

}  // namespace

TEST_CASE("Steps of library scenarios that count as independent commute, and runs repeat: 1 of 4") {
  check_quarter(0);
}

TEST_CASE("Steps of library scenarios that count as independent commute, and runs repeat: 2 of 4") {
  check_quarter(1);
}

TEST_CASE("Steps of library scenarios that count as independent commute, and runs repeat: 3 of 4") {
  check_quarter(2);
}

TEST_CASE("Steps of library scenarios that count as independent commute, and runs repeat: 4 of 4") {
  check_quarter(3);
}

// A sample in which a thread waited for memory or for a fence that another step had signaled.
TEST_CASE("A wait for memory or a fence does not commute with what signals the fence") {
  const auto registry = policies::Registry::built_in();
  const auto scenario = scenarios::load_scenario_file(
      FENCELAB_SOURCE_DIR "/scenarios/library/oom-victim-stuck.json", {}, {});
  REQUIRE(scenario);
  scenarios::StackSpec stack = scenario->stacks[0];
  stack.axes["sync"].policy = "explicit";
  const auto resolved = scenarios::resolve_stack(*scenario, stack, registry);
  REQUIRE(resolved);
  campaign::ScenarioSubject subject(*scenario, *resolved);
  for (const std::uint64_t seed : {1, 5}) {
    const auto report = analysis::check_paranoid(subject, {}, {.seed = seed, .walks = 50});
    INFO(report.violations.size() << " violations");
    CHECK(report.ok());
  }
}
