// The whole library, run as campaigns are: results do not depend on how many workers there are, and
// equal the golden files, which every build configuration (g++, clang, sanitizers) is held to.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "campaign/columns.hpp"
#include "campaign/tables.hpp"
#include "tests/golden/plans.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::tests;
namespace fs = std::filesystem;

namespace {

/// Everything a run says but what it cost to simulate. Columns that are zero or empty are left out.
std::string text_of(const campaign::RunRecord& record) {
  std::string text = fmt::format("== {} seed {}\nstatus {}\nverdict {}\n", record.stack,
                                 record.seed, record.status, record.verdict);
  for (const campaign::Column& column : campaign::columns()) {
    const auto value = record.values.find(column.name);
    REQUIRE(value != record.values.end());
    const bool says_something = value->second != "0" && !value->second.empty();
    if (!column.is_cost && says_something) text += column.name + " " + value->second + "\n";
  }
  for (const auto& hazard : record.hazards)
    text += "hazard: " + campaign::hazard_words(hazard) + "\n";
  for (const auto& incident : record.incidents) text += "\n" + incident.text + "\n";
  return text + "\n";
}

std::string text_of(const std::vector<campaign::RunRecord>& records) {
  std::string text;
  for (const auto& record : records) text += text_of(record);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The lines that differ, with the run they belong to.
std::string difference(const std::string& golden, const std::string& now) {
  const auto old_lines = lines_of(golden), new_lines = lines_of(now);
  std::string text, run;
  for (std::size_t i = 0; i < std::max(old_lines.size(), new_lines.size()); ++i) {
    const std::string was = i < old_lines.size() ? old_lines[i] : "(nothing)";
    const std::string is = i < new_lines.size() ? new_lines[i] : "(nothing)";
    if (is.starts_with("== ")) run = is;
    if (was == is) continue;
    text += fmt::format("line {} ({})\n  golden: {}\n  now:    {}\n", i + 1, run, was, is);
    if (text.size() > 2000) return text + "  ...\n";
  }
  return text;
}

std::string golden_path(const Plan& plan) {
  return fmt::format("{}/tests/golden/data/{}.txt", FENCELAB_SOURCE_DIR, plan.scenario.name);
}

}  // namespace

TEST_CASE("Every scenario of the library gives what its golden file says, byte for byte") {
  const bool update = std::getenv("FENCELAB_UPDATE_GOLDENS") != nullptr;
  for (const Plan& plan : load_library()) {
    const std::string now = text_of(run(plan, 2));
    if (update) std::ofstream(golden_path(plan), std::ios::binary) << now;
    std::ifstream file(golden_path(plan), std::ios::binary);
    const std::string golden{std::istreambuf_iterator<char>(file), {}};
    INFO(plan.scenario.name << ": after a change that is meant, set FENCELAB_UPDATE_GOLDENS=1, run "
                               "this test, and review the difference like code\n"
                            << difference(golden, now));
    CHECK(golden == now);
  }
}

TEST_CASE("There is no golden file without a scenario") {
  std::vector<std::string> names;
  for (const Plan& plan : load_library()) names.push_back(plan.scenario.name);
  for (const auto& entry : fs::directory_iterator(FENCELAB_SOURCE_DIR "/tests/golden/data")) {
    INFO(entry.path());
    CHECK(std::count(names.begin(), names.end(), entry.path().stem().string()) == 1);
  }
}

TEST_CASE("One worker, two workers and a second time give the same tables, cost columns apart") {
  const std::vector<Plan> plans = load_library();
  for (std::size_t i = 0; i < plans.size(); i += tests::kSanitized ? 10 : 1) {
    const Plan& plan = plans[i];
    INFO(plan.scenario.name);
    auto one = run(plan, 1), two = run(plan, 2), again = run(plan, 2);
    for (auto* records : {&one, &two, &again})
      for (auto& record : *records)
        for (const campaign::Column& column : campaign::columns())
          if (column.is_cost) record.values[column.name] = "-";
    const std::string runs = campaign::runs_csv(one, "build");
    CHECK(lines_of(runs).size() == one.size() + 1);
    CHECK(campaign::runs_csv(two, "build") == runs);
    CHECK(campaign::runs_csv(again, "build") == runs);
    const std::string compare = campaign::compare_csv(one);
    CHECK(campaign::compare_csv(two) == compare);
    CHECK(campaign::compare_csv(again) == compare);
    CHECK(text_of(two) == text_of(one));
  }
}
