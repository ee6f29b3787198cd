// --set /pointer=value
#include <catch2/catch.hpp>

#include "scenarios/json_document.hpp"
#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

JsonDocument small_document() {
  return parse_json(R"({"horizon": "1 s", "list": [1, {"a": 2}], "a/b": 3, "text": "x"})", "t.json")
      .value();
}

Diagnostic set_error(const std::string& assignment) {
  JsonDocument document = small_document();
  const std::vector<Diagnostic> errors = apply_set(document, assignment);
  INFO(assignment << "\n" << format_diagnostics(errors));
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().line == 0);
  CHECK(errors.front().file == "--set " + assignment);
  CHECK(document.root == small_document().root);
  return errors.front();
}

nlohmann::json after_set(const std::string& assignment, const std::string& pointer) {
  JsonDocument document = small_document();
  const std::vector<Diagnostic> errors = apply_set(document, assignment);
  INFO(format_diagnostics(errors));
  REQUIRE(errors.empty());
  return document.root.at(nlohmann::json::json_pointer(pointer));
}

}  // namespace

TEST_CASE("a value is JSON if it parses as such and text otherwise", "[scenarios]") {
  CHECK(after_set("/horizon=\"2 s\"", "/horizon") == "2 s");
  CHECK(after_set("/horizon=2 s", "/horizon") == "2 s");
  CHECK(after_set("/horizon=2", "/horizon") == 2);
  CHECK(after_set("/horizon=", "/horizon") == "");
  CHECK(after_set("/horizon=a=b", "/horizon") == "a=b");
  CHECK(after_set("/list/1={\"b\": [true]}", "/list/1/b/0") == true);
}

TEST_CASE("members may be added to objects and elements appended to lists", "[scenarios]") {
  CHECK(after_set("/list/1/new=5", "/list/1/new") == 5);
  CHECK(after_set("/list/-=5", "/list/2") == 5);
  CHECK(after_set("/list/0=5", "/list/0") == 5);
  CHECK(after_set("/a~1b=5", "/a~1b") == 5);
}

TEST_CASE("an assignment that cannot be carried out says why", "[scenarios]") {
  CHECK(set_error("horizon=3").code == "set-syntax");
  CHECK(set_error("/horizon").code == "set-syntax");
  const Diagnostic unknown = set_error("/lst/0=1");
  CHECK(unknown.code == "set-unknown-member");
  CHECK(unknown.hint == "did you mean \"list\"?");
  CHECK(set_error("/list/2=1").code == "set-bad-index");
  CHECK(set_error("/list/2=1").expected == "0 to 1, or \"-\" to append");
  CHECK(set_error("/list/x=1").code == "set-bad-index");
  CHECK(set_error("/list/-/a=1").code == "set-bad-index");
  CHECK(set_error("/text/a=1").code == "set-not-a-container");
  CHECK(set_error("/text={\"a\": 1, \"a\": 2}").code == "duplicate-member");
}

TEST_CASE("what a --set breaks is blamed on the --set", "[scenarios]") {
  const std::vector<std::string> sets = {"/horizon=3 parsecs", "/buffers/0/size=8 KiB"};
  const Loaded<Scenario> loaded = load_scenario(base_text(), "test.json", {}, sets);
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.diagnostics().size() == 1);
  CHECK(loaded.diagnostics()[0].file == "--set /horizon=3 parsecs");
  CHECK(loaded.diagnostics()[0].line == 0);
  CHECK(loaded.diagnostics()[0].code == "unknown-unit");
}

TEST_CASE("a scenario is loaded as changed by all --set in order", "[scenarios]") {
  const std::vector<std::string> sets = {"/horizon=3 s", "/horizon=4 s", "/locks/-=third",
                                         "/buffers/0/size=8 KiB"};
  const Loaded<Scenario> loaded = load_scenario(base_text(), "test.json", {}, sets);
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  CHECK(loaded->horizon == Duration(std::chrono::seconds(4)));
  CHECK(loaded->locks.size() == 3);
  CHECK(loaded->locks[2].place.line == 0);
  CHECK(loaded->buffers[0].bytes == 8192);
}

TEST_CASE("all --set that cannot be carried out are reported", "[scenarios]") {
  const std::vector<std::string> sets = {"/horizn/x=3", "/locks/9=x"};
  const Loaded<Scenario> loaded = load_scenario(base_text(), "test.json", {}, sets);
  REQUIRE(loaded.diagnostics().size() == 2);
  CHECK(loaded.diagnostics()[0].hint == "did you mean \"horizon\"?");
  CHECK(loaded.diagnostics()[1].code == "set-bad-index");
}
