// Every row of the table of known deadlocks is a scenario or says what is missing for it, and
// docs/reference/deadlocks.md shows which.
#include <fmt/format.h>

#include <iterator>
#include <set>
#include <sstream>

#include "analysis/deadlock/wait_edges.hpp"
#include "tests/conformance/deadlock_rows.hpp"
#include "tests/conformance/library_claims.hpp"
#include "tests/conformance/page.hpp"

using namespace fencelab;
using namespace fencelab::rows;
using namespace fencelab::tests;

namespace {

using Files = std::map<std::string, LibraryFile>;

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<std::string> texts(const ordered_json& json) {
  if (json.is_string()) return {json};
  return json.is_array() ? json.get<std::vector<std::string>>() : std::vector<std::string>{};
}

/// The cycle as the tool prints edges, one in a line; empty: none is stated.
std::string drawing(const ordered_json& expectation) {
  std::string lines;
  for (const auto& edge : expectation.value("cycle", ordered_json::array())) {
    const auto text = [&edge](const char* member) { return edge.value(member, std::string()); };
    const auto list = [&edge](const char* member) {
      return texts(edge.value(member, ordered_json()));
    };
    lines += analysis::words_of(
                 {text("who"), text("kind"), text("holds"), list("on"), list("by"), false}) +
             "\n";
  }
  return lines;
}

/// Scenarios under stacks: what came out, and the cycles, each once with the stacks that have it.
std::string section(const DeadlockRow& row, const Files& files) {
  std::string text = fmt::format("\n## {} {}\n\n", row.id, row.name);
  std::vector<std::pair<std::string, std::string>> cycles;  // drawing, stacks
  std::string table = "| scenario | stack | verdict | how it is known |\n|---|---|---|---|\n";
  for (const std::string& name : words(row.scenarios)) {
    const LibraryFile& file = files.at(name);
    text += fmt::format("**[{}](../../scenarios/library/{})**: {}. {}\n\n", name, file.path,
                        file.scenario.at("title").get<std::string>(),
                        file.scenario.at("description").get<std::string>());
    for (const auto& [stack, expectation] : file.scenario.at("expect").items()) {
      const Claim claim = claim_of(expectation);
      table +=
          fmt::format("| {} | {} | {} | {} |\n", name, stack, claim.verdict, claim.how_known());
      const std::string cycle = drawing(expectation);
      if (cycle.empty()) continue;
      const std::string where = fmt::format("{} under {}", name, stack);
      const auto same = std::find_if(cycles.begin(), cycles.end(),
                                     [&](const auto& known) { return known.first == cycle; });
      if (same == cycles.end())
        cycles.emplace_back(cycle, where);
      else
        same->second += ", " + stack;
    }
  }
  text += table;
  if (!row.exception.empty()) text += fmt::format("\n{}\n", row.exception);
  for (const auto& [cycle, where] : cycles)
    text += fmt::format("\n{}:\n\n```text\n{}```\n", where, cycle);
  return text;
}

std::string page() {
  const Files files = library_files();
  std::string overview, sections;
  std::size_t shown = 0;
  for (const DeadlockRow& row : deadlock_rows()) {
    const bool has = !row.scenarios.empty();
    shown += has;
    std::string names;
    for (const std::string& name : words(row.scenarios))
      names += (names.empty() ? "`" : ", `") + name + "`";
    overview += fmt::format("| {} | {} | {} | {} |\n", row.id, row.name, row.kind,
                            has ? names : "none: " + std::string(row.missing));
    if (has) sections += section(row, files);
  }
  return fmt::format(
      "# Known deadlocks and stalls, and the scenarios that show them\n\n"
      "Made from `tests/conformance/deadlock_rows.cpp` and from `expect` of `scenarios/library`, "
      "which `fencelab check scenarios/library` and CTest hold to\nbe true, cycles edge by edge; a "
      "test keeps this page equal to them (`FENCELAB_WRITE_PAGES=1 build/tests/test_conformance "
      "\"[page]\"` writes it).\n\n"
      "{} of {} rows have a scenario: one or more stacks (or a second scenario) in which it "
      "happens, and one that breaks it. An edge `a -[kind: what]-> b`\nsays that a waits for what "
      "only b could bring; `#` is a number. What lies between two members without being able to "
      "act (a fence that depends on\nothers, an ordered queue) is not in a cycle of its own. Where "
      "a row is about locks of one driver, its threads are the actors, and their locks are locks "
      "of the scenario.\n\n"
      "| row | | kind | scenarios |\n|---|---|---|---|\n{}{}",
      shown, deadlock_rows().size(), overview, sections);
}

/// What the scenarios of a row show together.
struct Shown {
  std::size_t stacks = 0, stuck = 0, complete = 0;
};

Shown shown_by(const DeadlockRow& row, const Files& files) {
  Shown shown;
  for (const std::string& name : words(row.scenarios)) {
    REQUIRE(files.contains(name));
    for (const auto& [stack, expectation] : files.at(name).scenario.at("expect").items()) {
      const Claim claim = claim_of(expectation);
      ++shown.stacks;
      shown.complete += claim.verdict == "complete";
      const bool waits = claim.gets_stuck() && claim.verdict != "livelock";
      shown.stuck += claim.gets_stuck();
      INFO(name << " under " << stack << " gets stuck, and states no cycle");
      CHECK((!waits || expectation.contains("cycle")));
    }
  }
  return shown;
}

}  // namespace

TEST_CASE("every known deadlock has a scenario, or a reason for having none") {
  const Files files = library_files();
  std::set<std::string_view> ids;
  for (const DeadlockRow& row : deadlock_rows()) {
    INFO(row.id);
    CHECK(ids.insert(row.id).second);
    CHECK(row.scenarios.empty() != row.missing.empty());
    if (row.scenarios.empty()) continue;
    const Shown shown = shown_by(row, files);
    CHECK(shown.stacks >= 2);
    const bool shows_both = shown.stuck > 0 && shown.complete > 0;
    CHECK(shows_both == row.exception.empty());
  }
  CHECK(ids.size() == 50);
  CHECK(*ids.begin() == "D01");
  CHECK(*ids.rbegin() == "D50");
}

TEST_CASE("every scenario in the folder of deadlocks belongs to the row that its name says") {
  for (const auto& [name, file] : library_files()) {
    if (!file.path.starts_with("deadlocks/")) continue;
    INFO(name);
    CHECK(file.path == fmt::format("deadlocks/{}.json", name));
    const std::string id = "D" + name.substr(1, 2);
    const auto row = std::find_if(deadlock_rows().begin(), deadlock_rows().end(),
                                  [&](const DeadlockRow& each) { return each.id == id; });
    REQUIRE(row != deadlock_rows().end());
    const auto names = words(row->scenarios);
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
}

TEST_CASE("docs/reference/deadlocks.md is what the rows and the library say", "[page]") {
  check_page("deadlocks.md", page());
}
