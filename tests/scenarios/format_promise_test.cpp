// docs/guide/compatibility.md: whatever a file of scenario format 1 could say when 0.1.0 came out,
// it can say now. The schema of then is tests/data/formats/scenario_1.schema.json, without its
// descriptions; it is never changed.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "scenarios/scenario.hpp"

using nlohmann::json;

namespace {

json read_json(const std::string& name) {
  std::ifstream file(FENCELAB_SOURCE_DIR "/" + name);
  REQUIRE(file);
  return json::parse(file);
}

bool contains(const json& list, const json& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Says where `now` refuses something that `then` accepted.
class Narrowing {
 public:
  std::string said;

  void compare(const json& then, const json& now, const std::string& place) {
    if (!then.is_object() || !now.is_object()) {
      if (then != now) say(place, "is another");
      return;
    }
    for (const char* const key : {"$ref", "type", "pattern", "additionalProperties", "format"})
      if (now.contains(key) && !now[key].is_object() && then.value(key, json()) != now[key])
        say(place, std::string(key) + " is another");
    for (const char* const key : {"$ref", "additionalProperties"})
      if (then.contains(key) && !now.contains(key)) say(place, std::string(key) + " is gone");
    compare_limits(then, now, place);
    if (now.contains("required"))
      for (const json& name : now["required"])
        if (!contains(then.value("required", json::array()), name))
          say(place, "requires " + name.dump());
    if (now.contains("enum")) compare_words(then, now["enum"], place);
    compare_parts(then, now, place);
  }

 private:
  void say(const std::string& place, const std::string& what) {
    said += fmt::format("{}: {}\n", place, what);
  }

  void compare_limits(const json& then, const json& now, const std::string& place) {
    for (const char* const key :
         {"minimum", "exclusiveMinimum", "minItems", "minLength", "minProperties"})
      if (now.contains(key) && !(then.contains(key) && now[key] <= then[key]))
        say(place, std::string(key) + " is higher");
    for (const char* const key :
         {"maximum", "exclusiveMaximum", "maxItems", "maxLength", "maxProperties"})
      if (now.contains(key) && !(then.contains(key) && now[key] >= then[key]))
        say(place, std::string(key) + " is lower");
  }

  void compare_words(const json& then, const json& words, const std::string& place) {
    if (!then.contains("enum")) say(place, "only words are left");
    const json before = then.value("enum", json::array());
    for (const json& word : before)
      if (!contains(words, word)) say(place, word.dump() + " is gone");
  }

  void compare_parts(const json& then, const json& now, const std::string& place) {
    for (const char* const key : {"properties", "$defs"}) {
      const json parts = then.value(key, json::object());
      for (const auto& [name, part] : parts.items()) {
        if (!now.contains(key) || !now[key].contains(name))
          say(place, name + " is gone");
        else
          compare(part, now[key][name], fmt::format("{}/{}", place, name));
      }
    }
    if (then.contains("items") && now.contains("items"))
      compare(then["items"], now["items"], place + "/items");
    if (!now.contains("oneOf")) return;
    const json& choices = now["oneOf"];
    const json before = then.value("oneOf", json::array({then}));
    for (std::size_t i = 0; i < before.size(); ++i) {
      const bool same = std::any_of(choices.begin(), choices.end(), [&](const json& choice) {
        Narrowing each;
        each.compare(before[i], choice, place);
        return each.said.empty();
      });
      if (!same) say(place, fmt::format("choice {} is gone", i));
    }
  }
};

std::string narrowing(const std::string& then, const std::string& now) {
  Narrowing all;
  all.compare(json::parse(then), json::parse(now), "");
  return all.said;
}

}  // namespace

TEST_CASE("a schema that accepts less than before is noticed", "[formats]") {
  const std::string then =
      R"({"properties": {"a": {"enum": [1, 2]}, "b": {"maximum": 5}}, "required": ["a"]})";
  CHECK(narrowing(then, then).empty());
  CHECK(narrowing(then, R"({"properties": {"a": {"enum": [1, 2, 3]}, "b": {}, "c": {}}})").empty());
  CHECK(narrowing(
            then,
            R"({"properties": {"a": {"enum": [1]}, "b": {"maximum": 5}}, "required": ["a"]})") ==
        "/a: 2 is gone\n");
  CHECK(narrowing(then, R"({"properties": {"a": {}, "b": {"maximum": 4}}})") ==
        "/b: maximum is lower\n");
  CHECK(narrowing(then, R"({"properties": {"a": {}}})") == ": b is gone\n");
  CHECK(narrowing(then, R"({"properties": {"a": {}, "b": {}}, "required": ["a", "b"]})") ==
        ": requires \"b\"\n");
  CHECK(narrowing(R"({"oneOf": [{"type": "string"}, {"type": "array"}]})",
                  R"({"oneOf": [{"type": "array"}]})") == ": choice 0 is gone\n");
  CHECK(narrowing(R"({"type": "string"})", R"({"oneOf": [{"type": "array"}, {"type": "string"}]})")
            .empty());
}

TEST_CASE("what scenario format 1 could say, it still can", "[formats]") {
  Narrowing all;
  all.compare(read_json("tests/data/formats/scenario_1.schema.json"),
              read_json("scenarios/schema/scenario.schema.json"), "");
  CHECK(all.said == "");
  // A new format needs a converter from this one, and its own frozen schema beside this one.
  CHECK(fencelab::scenarios::kScenarioFormat == 1);
}
