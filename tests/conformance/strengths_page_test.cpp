// docs/reference/strengths.md: what of the library is proved, and what is not.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/conformance/page.hpp"

using nlohmann::json;

namespace {

const std::string kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library/";

/// How an expectation is held up by `fencelab check`, in a word and more for the table.
enum class Held { found, proved, small, not_proved };

struct Row {
  std::string scenario, stack, verdict, strength, rounds;
  Held held = Held::not_proved;
};

std::string verdict_of(const json& expectation) {
  const json& verdict =
      expectation.contains("claim") ? expectation["claim"] : expectation["verdict"];
  if (verdict.is_string()) return verdict;
  std::string words;
  for (const json& word : verdict) words += (words.empty() ? "" : " or ") + word.get<std::string>();
  return words;
}

bool is_found(const std::string& verdict) {
  return verdict.find("complete") == std::string::npos && verdict != "stall" &&
         verdict != "starved";
}

Row row_of(const std::string& scenario, const std::string& stack, const json& expectation) {
  Row row{scenario, stack, verdict_of(expectation), expectation.value("strength", "observed"),
          expectation.value("/small/rounds"_json_pointer, "")};
  row.held = is_found(row.verdict)      ? Held::found
             : row.strength == "proved" ? Held::proved
             : !row.rounds.empty()      ? Held::small
                                        : Held::not_proved;
  return row;
}

std::vector<Row> rows() {
  std::vector<Row> all;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kLibrary))
    if (entry.path().extension() == ".json") names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    std::ifstream file(kLibrary + name);
    const json scenario = json::parse(file);
    for (const auto& [stack, expectation] : scenario.at("expect").items())
      all.push_back(row_of(scenario.at("name"), stack, expectation));
  }
  return all;
}

std::string cell(const Row& row) {
  switch (row.held) {
    case Held::found: return fmt::format("found, at `{}`", row.strength);
    case Held::proved: return "proved";
    case Held::small:
      return fmt::format("proved for {} of the rounds; all: {}", row.rounds, row.strength);
    case Held::not_proved: break;
  }
  return row.strength;
}

std::string page() {
  std::map<Held, int> counts;
  std::string table;
  for (const Row& row : rows()) {
    ++counts[row.held];
    table +=
        fmt::format("| {} | {} | {} | {} |\n", row.scenario, row.stack, row.verdict, cell(row));
  }
  return fmt::format(
      "# Strengths: what of the library is proved\n\n"
      "Made from `expect` of `scenarios/library`, which `fencelab check scenarios/library` and "
      "CTest hold to be true; a test keeps "
      "this page\nequal to it (`FENCELAB_WRITE_PAGES=1 build/tests/test_conformance \"[page]\"` "
      "writes it).\n\n"
      "Of {} pairs of scenario and stack, {} get stuck, which is its own witness; {} are proved as "
      "they are, {} with [fewer "
      "rounds](../guide/checking.md#strength)\nof their loops, and {} are not proved. The latter "
      "are free of cycles in the orders that their runs show "
      "(`predicted`) or just ran\nwell (`observed`): their threads, queues and clocks interleave "
      "in more ways than some seconds of either prover "
      "visits, with one round\nof each loop, too. `fencelab check FILE --strength proved --budget "
      "10min` goes further.\n\n"
      "| scenario | stack | verdict | how it is known |\n|---|---|---|---|\n{}",
      counts[Held::found] + counts[Held::proved] + counts[Held::small] + counts[Held::not_proved],
      counts[Held::found], counts[Held::proved], counts[Held::small], counts[Held::not_proved],
      table);
}

}  // namespace

TEST_CASE("docs/reference/strengths.md is what the library expects", "[page]") {
  check_page("strengths.md", page());
}
