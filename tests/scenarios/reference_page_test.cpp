// docs/reference/scenario.md keeps its promises.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "scenarios/schema_check.hpp"
#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

std::string reference_page() {
  std::ifstream file(std::string(FENCELAB_SOURCE_DIR) + "/docs/reference/scenario.md");
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The text between the fences of the only block of JSON.
std::string example_in(const std::string& page) {
  const std::string opening = "```json\n";
  const std::size_t begin = page.find(opening) + opening.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

void collect_members(const nlohmann::json& node, std::set<std::string>& members) {
  if (!node.is_structured()) return;
  const bool has_members =
      node.is_object() && node.contains("properties") && node["properties"].is_object();
  if (has_members) {
    for (const auto& [name, member] : node["properties"].items()) members.insert(name);
  }
  for (const auto& [name, member] : node.items()) collect_members(member, members);
}

}  // namespace

TEST_CASE("the example of the reference page loads without complaints", "[scenarios]") {
  const Loaded<Scenario> loaded = load(example_in(reference_page()));
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  CHECK(loaded.diagnostics().empty());
  CHECK(loaded->name == "two-readers");
}

TEST_CASE("the reference page mentions every member of the schema", "[scenarios]") {
  const std::string page = reference_page();
  std::set<std::string> members;
  collect_members(scenario_schema(), members);
  CHECK(members.size() > 100);
  for (const std::string& member : members) {
    INFO("member " << member);
    const bool is_mentioned = page.find("`" + member + "`") != std::string::npos ||
                              page.find("\"" + member + "\"") != std::string::npos;
    CHECK(is_mentioned);
  }
}
