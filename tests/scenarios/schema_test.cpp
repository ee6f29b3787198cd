// The published JSON Schema: complete, self-explanatory, and of one mind with our own messages.
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>

#include "scenarios/json_document.hpp"
#include "scenarios/schema_check.hpp"
#include "scenarios/schema_text.hpp"
#include "tests/sampling.hpp"
#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;
using nlohmann::json;

namespace {

// Calls `visit` for every value of `value`, outermost first.
void walk(json& value, const std::string& pointer,
          const std::function<void(json&, const std::string&)>& visit) {
  visit(value, pointer);
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) walk(member, pointer_to(pointer, key), visit);
}

}  // namespace

TEST_CASE("the schema in the program is the file in the repository", "[scenarios]") {
  std::ifstream file(std::string(FENCELAB_SOURCE_DIR) + "/scenarios/schema/scenario.schema.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text == scenario_schema_text());
}

TEST_CASE("every member in the schema has a description", "[scenarios]") {
  json root = scenario_schema();
  const auto describes = [](const json& node) {
    return node.contains("description") || node.value("$ref", "") == "#/$defs/comment";
  };
  walk(root, "", [&](json& node, const std::string& pointer) {
    if (!node.is_object() || !node.contains("properties") || pointer.ends_with("/properties"))
      return;
    for (const auto& [name, member] : node["properties"].items()) {
      INFO(pointer << " member " << name);
      CHECK(describes(member));
    }
  });
}

TEST_CASE("every object in the schema may carry a comment and refuses what it does not know",
          "[scenarios]") {
  json root = scenario_schema();
  walk(root, "", [&](json& node, const std::string& pointer) {
    const bool is_object = node.is_object() && node.contains("type") && node["type"] == "object";
    if (!is_object || !node.contains("properties")) return;
    INFO(pointer);
    CHECK(node["properties"].contains("comment"));
    CHECK(node.contains("additionalProperties"));
    CHECK(node["additionalProperties"] != true);
  });
}

TEST_CASE("every reference in the schema leads somewhere", "[scenarios]") {
  json root = scenario_schema();
  walk(root, "", [&](json& node, const std::string& pointer) {
    if (!node.is_object() || !node.contains("$ref") || !node["$ref"].is_string()) return;
    INFO(pointer);
    CHECK(root.contains(json::json_pointer(node["$ref"].get<std::string>().substr(1))));
  });
}

TEST_CASE("valijson accepts the base scenario", "[scenarios]") {
  CHECK(follows_schema(json::parse(base_text())));
}

TEST_CASE("whatever valijson refuses has a message of ours, and the other way round",
          "[scenarios]") {
  // Replaces every value of the base scenario by values of other kinds, one at a time.
  const std::vector<json> others = {
      nullptr,        true,         0,      -1,  2.5, "", "x y", json::array(),
      json::object(), {{"zzz", 1}}, {1, 2}, 1e30};
  json base = json::parse(base_text());
  std::vector<std::string> pointers;
  walk(base, "", [&](json&, const std::string& pointer) { pointers.push_back(pointer); });
  std::mt19937 random(3);
  for (std::uint64_t round = 0; round < fencelab::tests::sample(1500); ++round) {
    const std::string& pointer = pointers[random() % pointers.size()];
    json broken = base;
    broken[json::json_pointer(pointer)] = others[random() % others.size()];
    const Loaded<Scenario> loaded = load(broken.dump());
    const bool follows = follows_schema(broken);
    INFO(pointer << "\n" << format_diagnostics(loaded.diagnostics()));
    if (!follows) CHECK_FALSE(loaded.ok());
    for (const Diagnostic& diagnostic : loaded.diagnostics()) {
      CHECK(diagnostic.code != "schema");
      const bool is_structural =
          diagnostic.code == "wrong-type" || diagnostic.code == "unknown-member" ||
          diagnostic.code == "unknown-operation" || diagnostic.code == "empty-list" ||
          diagnostic.code == "wrong-length" || diagnostic.code == "bad-text";
      if (is_structural) CHECK_FALSE(follows);
    }
  }
}

TEST_CASE("one misplaced value gives few messages", "[scenarios]") {
  // A value of another type is one mistake; at most what it declared may be missed elsewhere.
  json base = json::parse(base_text());
  std::vector<std::string> pointers;
  walk(base, "", [&](json&, const std::string& pointer) { pointers.push_back(pointer); });
  for (const std::string& pointer : pointers) {
    json broken = base;
    broken[json::json_pointer(pointer)] = nullptr;
    const Loaded<Scenario> loaded = load(broken.dump());
    INFO(pointer << "\n" << format_diagnostics(loaded.diagnostics()));
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.diagnostics().size() == 1);
    CHECK(loaded.diagnostics().front().code == "wrong-type");
    CHECK(loaded.diagnostics().front().pointer == pointer);
  }
}

TEST_CASE("every member, misspelt, gives one message with the right spelling", "[scenarios]") {
  const json base = json::parse(base_text());
  json copy = base;
  std::vector<std::string> pointers;
  walk(copy, "", [&](json& value, const std::string& pointer) {
    // Names of stacks, columns and parameters are not the schema's.
    const bool is_free =
        pointer == "/expect" || pointer.ends_with("/metrics") || pointer.ends_with("/hang");
    if (!value.is_object() || is_free) return;
    for (const auto& [key, member] : value.items()) pointers.push_back(pointer_to(pointer, key));
  });
  for (const std::string& pointer : pointers) {
    const json::json_pointer at(pointer);
    const std::string& key = at.back();
    json broken = base;
    json& object = broken[at.parent_pointer()];
    object[key + key.back()] = object[key];
    object.erase(key);
    const Loaded<Scenario> loaded = load(broken.dump());
    INFO(pointer << "\n" << format_diagnostics(loaded.diagnostics()));
    REQUIRE(loaded.diagnostics().size() == 1);
    CHECK(loaded.diagnostics()[0].hint == "did you mean \"" + key + "\"?");
  }
}
