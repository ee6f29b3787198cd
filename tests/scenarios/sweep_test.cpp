// Sweeps: which points there are, in which order, and what of a sweep is refused.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

Scenario loaded(const std::string& text) {
  auto result = load(text);
  INFO(format_diagnostics(result.diagnostics()));
  REQUIRE(result);
  return std::move(result).value();
}

const std::string kWindows =
    R"({"name": "horizon", "at": "/horizon", "values": ["1 s", "500 ms"]})";
const std::string kClones =
    R"({"name": "clones", "at": "/processes/1/count", "values": [1, 2, 4]})";
const std::string kSeeds = R"({"name": "seed", "at": "/seeds", "values": [7, 8, [1, 2]]})";

std::string with_sweep(const std::string& axes, const std::string& more = "") {
  return patched("\"expect\":", "\"sweep\": {\"axes\": [" + axes + "]" + more + "}, \"expect\":");
}

std::vector<std::string> points_of(const std::string& axes, const std::string& more = "") {
  const Scenario scenario = loaded(with_sweep(axes, more));
  std::vector<std::string> names;
  for (std::uint64_t n = 0; n < scenario.sweep.combinations(); ++n)
    if (const auto point = scenario.sweep.point(n)) names.push_back(point->name());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the last axis of a sweep varies fastest", "[scenarios]") {
  CHECK(points_of(kWindows + "," + kClones) ==
        Names{"horizon=1 s; clones=1", "horizon=1 s; clones=2", "horizon=1 s; clones=4",
              "horizon=500 ms; clones=1", "horizon=500 ms; clones=2", "horizon=500 ms; clones=4"});
}

TEST_CASE("zipped axes step together, where the first of them stands", "[scenarios]") {
  CHECK(points_of(kClones + "," + kWindows + "," + kSeeds, R"(, "zip": [["seed", "clones"]])") ==
        Names{"clones=1; horizon=1 s; seed=7", "clones=1; horizon=500 ms; seed=7",
              "clones=2; horizon=1 s; seed=8", "clones=2; horizon=500 ms; seed=8",
              "clones=4; horizon=1 s; seed=[1,2]", "clones=4; horizon=500 ms; seed=[1,2]"});
}

TEST_CASE("conditions leave combinations out", "[scenarios]") {
  const std::string axes = kWindows + "," + kClones;
  const auto where = [&](const std::string& condition) {
    return points_of(axes, ", \"where\": " + condition).size();
  };
  CHECK(where("\"clones <= 2\"") == 4);
  CHECK(where("\"not clones <= 2\"") == 2);
  CHECK(where("\"clones == 1 or clones == 4 and horizon > '600 ms'\"") == 3);
  CHECK(where("\"(clones == 1 or clones == 4) and horizon > '600 ms'\"") == 2);
  CHECK(where("\"horizon == '1000 ms'\"") == 3);  // as durations, not as words
  CHECK(where("\"horizon != '1 s'\"") == 3);
  CHECK(where(R"(["clones >= 2", "horizon < '1 s'"])") == 2);
  CHECK(where("\"clones > 4\"") == 0);
}

TEST_CASE("a point says what it writes, and the scenario of a point is loaded like any other",
          "[scenarios]") {
  const std::string text = with_sweep(
      R"({"name": "w", "at": ["/horizon", "/progress_bound"], "values": ["2 s", "3 s"]})");
  const Scenario scenario = loaded(text);
  const auto second = scenario.sweep.point(1);
  REQUIRE(second);
  CHECK(second->sets == Names{"/horizon=\"3 s\"", "/progress_bound=\"3 s\""});
  const auto there = load_scenario(text, "file.json", PolicyNames{}, second->sets);
  REQUIRE(there);
  CHECK(there->horizon == std::chrono::seconds(3));
  CHECK(there->digest != scenario.digest);
  // What is swept decides nothing by itself.
  CHECK(scenario.digest == loaded(base_text()).digest);
}

TEST_CASE("mistakes in sweeps are said where they stand", "[scenarios]") {
  const auto check = [](const std::string& axes, const std::string& more,
                        const ExpectedError& expected) {
    check_only_error(with_sweep(axes, more), expected);
  };
  check(kClones + R"(,{"name": "clones", "at": "/horizon", "values": ["1 s"]})", "",
        {"duplicate-name", "/sweep/axes/1/name", R"("clones", "at": "/horizon")", ""});
  check(R"({"name": "a", "at": "/horizon/length", "values": [1]})", "",
        {"set-not-a-container", "/sweep/axes/0/at", "\"/horizon/length\"", ""});
  check(R"({"name": "a", "at": "/processes/9/count", "values": [1]})", "",
        {"set-bad-index", "/sweep/axes/0/at", "\"/processes/9", ""});
  check(R"({"name": "a", "at": "/sweep/axes", "values": [1]})", "",
        {"wrong-kind", "/sweep/axes/0/at", "\"/sweep/axes\"", ""});
  check(R"({"name": "a", "at": "/horizon", "values": ["1 s", "1 s"]})", "",
        {"duplicate-value", "/sweep/axes/0/values/1", "\"1 s\"]", ""});
  check(kClones + "," + kWindows, R"(, "zip": [["clones", "horizon"]])",
        {"wrong-count", "/sweep/zip/0/1", "\"horizon\"]]", ""});
  check(kClones, R"(, "zip": [["clones", "colones"]])",
        {"unknown-name", "/sweep/zip/0/1", "\"colones\"", "did you mean \"clones\"?"});
  for (const char* const condition :
       {"clones", "clones <", "clones < 'two'", "clones < 2 or", "(clones < 2", "clones < 2)",
        "clowns < 2", "clones = 2", "clones == '2", "and", ""}) {
    INFO(condition);
    CHECK_FALSE(load(with_sweep(kClones, ", \"where\": \"" + std::string(condition) + "\"")));
  }
}
