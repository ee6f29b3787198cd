// Every scenario of the library under all of its stacks gives what was reviewed: verdicts, event
// fingerprints and metrics. Every build compares with the same files, so g++, clang and the
// sanitized build agree with each other whenever they pass.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "tests/golden/goldens.hpp"
#include "tests/golden/table.hpp"

using namespace fencelab::golden;

namespace {

/// The first differences, and how many more there are.
std::string summary(const std::vector<std::string>& lines) {
  constexpr std::size_t kShown = 30;
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < kShown; ++i) text += "  " + lines[i] + "\n";
  if (lines.size() > kShown) text += fmt::format("  and {} more\n", lines.size() - kShown);
  return text;
}

/// Deadlocks whose explanation is compared to the letter, each for a reason of its own.
struct Explanation {
  std::string scenario, stack;
};
const std::vector<Explanation> kExplanations = {
    {"indefinite-fence", "user-queues-future-fence"},   // memory, fence and value in one circle
    {"indefinite-fence", "future-fence-timeout"},       // masked: a timer broke it
    {"buffer-abba", "linux-implicit"},                  // two locks, no GPU work at all
    {"async-bind-user-fence", "publish-before-value"},  // a bind queue in the circle
    {"value-fence-page-flip", "implicit-latest"},       // orphan: nobody will ever signal
};

std::string file_of(const Explanation& each) { return each.scenario + "." + each.stack + ".txt"; }

}  // namespace

TEST_CASE("each scenario of the library gives its reviewed results", "[golden]") {
  for (const std::string& name : library()) {
    DYNAMIC_SECTION(name) {
      const Table now = table_of(run_scenario(name));
      if (is_regenerating()) write_golden(name + ".csv", to_csv(now));
      const auto changed = differences(from_csv(read_golden(name + ".csv")), now);
      INFO("tests/golden/data/" << name << ".csv, old -> new:\n" << summary(changed) << kAdvice);
      CHECK(changed.empty());
    }
  }
}

TEST_CASE("deadlocks are explained in the reviewed words", "[golden]") {
  for (const Explanation& each : kExplanations) {
    DYNAMIC_SECTION(each.scenario << " under " << each.stack) {
      const auto records = run_scenario(each.scenario, each.stack);
      REQUIRE(records.size() == 1);
      std::string text;
      for (const auto& incident : records[0].incidents) text += incident.text;
      REQUIRE_FALSE(text.empty());
      if (is_regenerating()) write_golden(file_of(each), text);
      INFO("tests/golden/data/" << file_of(each) << ": " << kAdvice);
      CHECK(text == read_golden(file_of(each)));
    }
  }
}

TEST_CASE("every golden file belongs to something that is compared", "[golden]") {
  std::set<std::string> wanted, present;
  for (const std::string& name : library()) wanted.insert(name + ".csv");
  for (const Explanation& each : kExplanations) wanted.insert(file_of(each));
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("")))
    present.insert(entry.path().filename().string());
  CHECK(present == wanted);
}

TEST_CASE("a golden table is read as it was written, and differences are named", "[golden]") {
  const std::string before = "stack,a,b\nseed,1,1\nverdict,complete,\nx_ns,5,6\ngone,1,1\n";
  CHECK(to_csv(from_csv(before)) == before);
  CHECK(differences(from_csv(before), from_csv(before)).empty());
  const Table now = from_csv("stack,a,c\nseed,1,1\nverdict,deadlock,\nx_ns,5,6\nnew,1,1\n");
  CHECK(differences(from_csv(before), now) ==
        std::vector<std::string>{"no longer a column: gone", "a new column: new",
                                 "no longer run: b seed 1",
                                 "a seed 1: verdict: complete -> deadlock", "a new run: c seed 1"});
}
