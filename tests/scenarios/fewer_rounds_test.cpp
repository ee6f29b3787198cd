// Fewer rounds of every loop, so that a scenario becomes small enough to be proved.
#include "scenarios/fewer_rounds.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;
using Sets = std::vector<std::string>;

TEST_CASE("A part of the rounds is written 1/N, with N from 2 to a million", "[scenarios]") {
  CHECK(parse_rounds("1/2") == 2);
  CHECK(parse_rounds("1/1000000") == 1'000'000);
  for (const char* const wrong : {"", "1", "2", "1/", "1/0", "1/1", "1/1000001", "1/-2", "1/+2",
                                  "1/02", "2/3", "1/2 ", " 1/2", "1/2.5", "1/99999999999999999999"})
    CHECK_FALSE(parse_rounds(wrong));
}

TEST_CASE("Rounds are divided and rounded up, wherever a loop stands, and one round stays",
          "[scenarios]") {
  const auto document = nlohmann::json::parse(R"({
    "processes": [
      {"threads": [{"program": [{"loop": {"times": 60, "body": [
        {"think": "1 ms"}, {"loop": {"times": 7, "body": []}}]}}]}]},
      {"threads": [{"program": [{"loop": {"times": 1, "body": []}}, {"loop": {"times": 0, "body": []}},
        {"loop": {"times": 30, "body": []}}]}]}],
    "beside": {"loop": {"times": 60}}})");
  Sets sets = fewer_rounds(document, 30);
  std::sort(sets.begin(), sets.end());
  // 60/30 is 2, 7/30 is rounded up to 1, 30/30 is 1; "times": 0 goes round for ever and stays so.
  CHECK(sets == Sets{"/processes/0/threads/0/program/0/loop/body/1/loop/times=1",
                     "/processes/0/threads/0/program/0/loop/times=2",
                     "/processes/1/threads/0/program/2/loop/times=1"});
  CHECK(fewer_rounds(nlohmann::json::array(), 2).empty());
  CHECK(fewer_rounds(nlohmann::json::object(), 2).empty());
}

namespace {

std::string text_with(const std::string& small) {
  return R"({"format": 1, "name": "s", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
    "processes": [{"name": "p", "contexts": [{"name": "c"}], "threads": [{"name": "main", "program": [
      {"loop": {"times": 9, "body": [{"submit": {"context": "c", "duration": "1 ms"}}]}}]}]}],
    "stacks": ["linux-implicit"], "expect": {"linux-implicit": {"verdict": "complete", "small": )" +
         small + "}}}";
}

}  // namespace

TEST_CASE("What is expected of fewer rounds is read, and refused with its place", "[scenarios]") {
  const auto whole = load(text_with(
      R"({"rounds": "1/9", "verdict": ["stall", "complete"], "strength": "explored", "why": "w"})"));
  REQUIRE(whole);
  const auto& small = whole->expect.at("linux-implicit").small;
  REQUIRE(small);
  CHECK(small->divisor == 9);
  CHECK(small->verdicts == std::vector<std::string>{"stall", "complete"});
  CHECK(small->strength == "explored");
  CHECK(small->why == "w");
  CHECK(small->place.line == 4);

  for (const char* const wrong :
       {R"({"rounds": "1/1"})", R"({"rounds": "9"})", R"({"rounds": 9})", R"({})", R"("1/9")",
        R"({"rounds": "1/9", "core": []})", R"({"rounds": "1/9", "strength": "certain"})"}) {
    const auto refused = load(text_with(wrong));
    INFO(wrong);
    REQUIRE_FALSE(refused);
    CHECK(format_diagnostics(refused.diagnostics()).find("/expect/linux-implicit/small") !=
          std::string::npos);
  }
}

TEST_CASE("A scenario knows the assignments that were carried out on its file", "[scenarios]") {
  const Sets sets = {"/processes/0/threads/0/program/0/loop/times=3"};
  const auto changed = load_scenario(text_with(R"({"rounds": "1/3"})"), "s.json", {}, sets);
  REQUIRE(changed);
  CHECK(changed->sets == sets);
}
