// Every row of the semantic test table is a test or has a reason why not, and
// docs/reference/conformance.md says which.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/conformance/page.hpp"
#include "tests/conformance/rows_table.hpp"

using namespace fencelab::rows;

namespace {

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  return {std::istream_iterator<std::string>(stream), {}};
}

/// What the tests of a row say: a name "T37, T37b: text" belongs to both.
std::map<std::string, std::vector<std::string>> tests_of_rows() {
  static const std::regex pattern("(T[0-9]+[a-z]?(?:, T[0-9]+[a-z]?)*): (.*)");
  static const std::regex id("T[0-9]+[a-z]?");
  std::map<std::string, std::vector<std::string>> tests;
  for (const Catch::TestCase& test : Catch::getRegistryHub().getTestCaseRegistry().getAllTests()) {
    std::smatch match;
    if (!std::regex_match(test.name, match, pattern)) continue;
    const std::string ids = match[1];
    for (std::sregex_iterator it(ids.begin(), ids.end(), id), end; it != end; ++it)
      tests[it->str()].push_back(match[2]);
  }
  return tests;
}

std::map<std::string, Missing> missing_by_id() {
  std::map<std::string, Missing> missing;
  for (const Missing& entry : missing_rows())
    for (const std::string& id : words(entry.ids)) missing.emplace(id, entry);
  return missing;
}

/// The lines of one section. Neighbours that lack a test for one reason share a line.
std::string section_text(const Section& section) {
  const auto tests = tests_of_rows();
  const auto missing = missing_by_id();
  std::string text = fmt::format("\n## {}\n\n| row | | |\n|---|---|---|\n", section.title);
  std::string ids;
  const std::vector<std::string> all = words(section.ids);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (const auto found = tests.find(all[i]); found != tests.end()) {
      for (const std::string& says : found->second)
        text += fmt::format("| {} | passed | {} |\n", all[i], says);
      continue;
    }
    const Missing& entry = missing.at(all[i]);
    ids += (ids.empty() ? "" : ", ") + all[i];
    const auto next = i + 1 < all.size() ? missing.find(all[i + 1]) : missing.end();
    if (next != missing.end() && next->second.why == entry.why) continue;
    text += fmt::format("| {} | {} | {} |\n", ids,
                        entry.gap == Gap::not_modelled ? "not modelled" : "no test yet", entry.why);
    ids.clear();
  }
  return text;
}

std::string page() {
  const auto tests = tests_of_rows();
  std::size_t rows = 0, tested = 0;
  for (const Section& section : sections())
    for (const std::string& id : words(section.ids)) ++rows, tested += tests.contains(id);
  std::string text = fmt::format(
      "# Conformance: the semantic test table\n\n"
      "Made from the names of the tests in `tests/conformance/rows_*.cpp` and from "
      "`tests/conformance/rows_table.cpp`; a test keeps\nthis page equal to them "
      "(`FENCELAB_WRITE_PAGES=1 build/tests/test_conformance \"[page]\"` writes it). `passed` "
      "means "
      "that a test\nof that name exists and CI is green. Recorded answers of real kernels are held "
      "apart: [kernel recordings](kernel_recordings.md).\n\n"
      "{} of {} rows have a test.\n",
      tested, rows);
  for (const Section& section : sections()) text += section_text(section);
  return text;
}

}  // namespace

TEST_CASE("every row of the semantic test table has a test, or a reason for having none") {
  const auto tests = tests_of_rows();
  const auto missing = missing_by_id();
  std::set<std::string> known;
  for (const Section& section : sections())
    for (const std::string& id : words(section.ids)) {
      INFO(id);
      CHECK(known.insert(id).second);
      CHECK((tests.contains(id) ? 1 : 0) + (missing.contains(id) ? 1 : 0) == 1);
    }
  for (const auto& [id, says] : tests) {
    INFO(id);
    CHECK(known.contains(id));
  }
  for (const auto& [id, entry] : missing) {
    INFO(id);
    CHECK(known.contains(id));
  }
}

TEST_CASE("docs/reference/conformance.md is what the tests say", "[page]") {
  check_page("conformance.md", page());
}
