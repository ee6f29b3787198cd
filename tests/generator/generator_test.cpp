// Random scenarios: what is made of them, how they run, and whether what is proved of them is so.
#include <fmt/format.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "policies/registry.hpp"
#include "tests/cli/campaign_folders.hpp"
#include "tests/cli/program.hpp"
#include "tests/generator/scenarios.hpp"
#include "tests/generator/schema_values.hpp"
#include "tests/generator/trial.hpp"
#include "tests/sampling.hpp"

namespace fencelab::tests {
namespace {

using nlohmann::json;

void count_members(const json& value, std::map<std::string, int>& counts) {
  if (value.is_object())
    for (const auto& [name, member] : value.items()) ++counts[name];
  if (value.is_structured())
    for (const json& part : value) count_members(part, counts);
}

/// "axis=policy" of every choice that a stack names.
void count_policies(const json& stacks, std::map<std::string, int>& counts) {
  for (const json& stack : stacks) {
    if (!stack.is_object() || !stack.contains("axes")) continue;
    for (const auto& [axis, choice] : stack["axes"].items())
      ++counts[axis + "=" +
               (choice.is_object() ? choice.value("policy", "") : choice.get<std::string>())];
  }
}

/// The seeds from `first` on, each tried; what is wrong is told with what makes it again.
/// Returns how many could be held against all their interleavings.
std::uint64_t try_each(std::uint64_t first, std::uint64_t count, Size size) {
  std::uint64_t counted = 0;
  for (const Trial& trial : try_scenarios(first, count, size)) {
    counted += trial.counted;
    INFO("seed " << trial.seed << ", stack " << trial.stack << ": " << trial.complaint << "\n"
                 << trial.scenario);
    CHECK(trial.complaint.empty());
  }
  return counted;
}

}  // namespace

TEST_CASE("scenarios are made of everything that the schema and the registry know", "[generator]") {
  if (kSanitized) return;  // no run in it, two minutes
  std::map<std::string, int> members, policies;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Generated made = generate(seed, Size::any);
    count_members(made.document["processes"], members);
    count_policies(made.document["stacks"], policies);
  }
  for (const std::string& name : SchemaValues::operations()) {
    INFO("operation " << name);
    CHECK(members[name] > 0);
  }
  const auto registry = policies::Registry::built_in();
  for (const policies::PolicyInfo& policy : registry.policies()) {
    INFO(policy.axis << "=" << policy.name);
    CHECK(policies[policy.axis + "=" + policy.name] > 0);
  }
}

TEST_CASE("the same number makes the same scenario", "[generator]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    CHECK(generate(seed, Size::small).text() == generate(seed, Size::small).text());
}

TEST_CASE("random scenarios end as the guide says, twice the same, and their records are read back",
          "[generator]") {
  try_each(1, sample(200), Size::any);
}

TEST_CASE("what is proved of random small scenarios is so in their timed runs", "[generator]") {
  const std::uint64_t counted = try_each(1, sample(80), Size::small);
  CHECK(counted >= sample(80) / 20);
}

TEST_CASE("a campaign of random scenarios comes out the same with one process and with two",
          "[generator]") {
  using namespace fencelab::testing;
  const TemporaryFolder folder;
  for (std::uint64_t seed = 1'000; seed < 1'000 + sample(40); ++seed)
    folder.file(fmt::format("in/{}.json", seed), generate(seed, Size::any).text());
  const auto run = [&](const char* jobs) {
    const std::string out = folder.path(std::string("out") + jobs);
    const Outcome outcome =
        run_fencelab({"run", folder.path("in"), jobs, "--seeds", "1..2", "--run-events", "100000",
                      "--quiet", "--no-report", "--out", out});
    CHECK(is_sound(outcome));
    return content_of(out);
  };
  CHECK(run("-j1") == run("-j2"));
}

// `FENCELAB_FIRST=N FENCELAB_SECONDS=N test_generator "[sweep]"`
TEST_CASE("seeds from FENCELAB_FIRST on, for FENCELAB_SECONDS", "[.][sweep]") {
  const auto number = [](const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
  };
  sweep(number("FENCELAB_FIRST", 1), number("FENCELAB_SECONDS", 60));
}

}  // namespace fencelab::tests
