// A reduction keeps what the oracle asks for and nothing else, asks within its limits, and asks the
// same each time.
#include "campaign/reduce_scenario.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::campaign;
using Json = nlohmann::json;

namespace {

/// Four processes of three operations each; prose and two stacks.
Json document() {
  Json scenario = {{"format", 1},
                   {"name", "s"},
                   {"title", "prose"},
                   {"platform", {{"gpus", Json::array({{{"name", "g"}}})}}},
                   {"buffers", Json::array({{{"name", "a"}}, {{"name", "b"}}})},
                   {"stacks", {"one", {{"name", "two"}, {"preset", "one"}}}},
                   {"expect", {{"one", {{"verdict", "complete"}}}}}};
  for (const char* const name : {"p", "q", "r", "s"}) {
    Json program = Json::array();
    for (const char* const operation : {"x", "y", "z"})
      program.push_back({{operation, std::string(name) + operation}});
    scenario["processes"].push_back(
        {{"name", name}, {"threads", Json::array({{{"name", "main"}, {"program", program}}})}});
  }
  return scenario;
}

/// Shows as long as q does y and s does x.
std::optional<bool> needs_two(const Json& scenario) {
  if (!scenario.contains("processes") || scenario["processes"].empty()) return std::nullopt;
  const std::string text = scenario["processes"].dump();
  return text.find("\"qy\"") != std::string::npos && text.find("\"sx\"") != std::string::npos;
}

}  // namespace

TEST_CASE("what is left is what is needed, to the single operation") {
  const ReducedDocument reduced = reduce_scenario(document(), "two", needs_two);
  CHECK(reduced.complete);
  // The oracle looks at two operations, so all that is left is them, and the lists around them.
  const Json& processes = reduced.document["processes"];
  REQUIRE(processes.size() == 2);
  CHECK(processes[0]["threads"][0]["program"] == Json::array({{{"y", "qy"}}}));
  CHECK(processes[1]["threads"][0]["program"] == Json::array({{{"x", "sx"}}}));
  CHECK(reduced.document["stacks"] == Json::array({{{"name", "two"}, {"preset", "one"}}}));
  CHECK_FALSE(reduced.document.contains("expect"));
  CHECK_FALSE(reduced.document.contains("title"));
  CHECK(reduced.document.value("buffers", Json::array()).empty());
}

TEST_CASE("a reduction asks the same questions each time, and no more than it may") {
  const auto asked = [](std::uint64_t most) {
    std::vector<std::string> questions;
    const ReducedDocument reduced = reduce_scenario(document(), "two",
                                                    [&](const Json& candidate) {
                                                      questions.push_back(candidate.dump());
                                                      return needs_two(candidate);
                                                    },
                                                    {.trials_max = most});
    CHECK(reduced.trials <= most);
    CHECK(reduced.complete == (most > 100));
    // Stopped early or not, what it returns still shows it.
    CHECK(needs_two(reduced.document) == std::optional(true));
    return questions;
  };
  CHECK(asked(1000) == asked(1000));
  CHECK(asked(7).size() >= 7);
}

TEST_CASE("what does not show at all is left as it is") {
  const ReducedDocument reduced =
      reduce_scenario(document(), "two", [](const Json&) { return std::optional(false); });
  CHECK_FALSE(reduced.complete);
  CHECK(reduced.document == document());
}

TEST_CASE("the parts of a scenario are counted, loops with their bodies") {
  Json scenario = document();
  scenario["processes"][0]["threads"][0]["program"].push_back(
      {{"loop", {{"times", 3}, {"body", Json::array({{{"think", "1 ms"}}})}}}});
  const auto parts = parts_of(scenario);
  CHECK(parts[0] == std::pair<std::string, std::size_t>("processes", 4));
  CHECK(parts[2] == std::pair<std::string, std::size_t>("operations", 14));
}

TEST_CASE("a scenario's text begins with what says what it is") {
  const std::string text = scenario_text(document());
  CHECK(text.find("\"format\"") < text.find("\"name\""));
  CHECK(text.find("\"platform\"") < text.find("\"processes\""));
  CHECK(Json::parse(text) == document());
}
