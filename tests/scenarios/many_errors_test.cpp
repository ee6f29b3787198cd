// Files with several mistakes: all of them at once, in the order of the file, none of them twice.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

std::vector<std::string> codes_of(const Loaded<Scenario>& loaded) {
  std::vector<std::string> codes;
  for (const Diagnostic& diagnostic : loaded.diagnostics()) codes.push_back(diagnostic.code);
  return codes;
}

std::string with_many_mistakes() {
  std::string text = patched("\"horizon\": \"1 s\"", "\"horizon\": \"1 sec\"");  // line 4
  text = patched(text, "\"1..8\"", "\"8..1\"");                                  // 5
  text = patched(text, "\"vram\"", "\"vrma\"");                                  // 10
  text = patched(text, "\"count\": 4", "\"count\": 0");                          // 16
  text = patched(text, "\"small\"],\n  \"ch", "\"small\", \"big\"],\n  \"ch");   // 21
  text = patched(text, "\"mode\": \"fifo\"", "\"mode\": \"fifoo\"");             // 23
  text = patched(text, "{\"fork\": \"helper\"}", "{\"fork\": \"helpr\"}");       // 34
  text = patched(text, "\"submit\": {\"context\": \"render\"",
                 "\"sumbit\": {\"context\": \"rendr\"");                  // 40, twice
  text = patched(text, "[\"cpu\"]", "[\"gpu\"]");                         // 42
  text = patched(text, "\"op\": \"draw\"", "\"op\": \"drow\"");           // 73
  return patched(text, "\"strength\": \"observed\"", "\"strength\": 3");  // 79
}

}  // namespace

TEST_CASE("all mistakes of a file are reported at once, in its order", "[scenarios]") {
  const Loaded<Scenario> loaded = load(with_many_mistakes());
  INFO(format_diagnostics(loaded.diagnostics()));
  CHECK(codes_of(loaded) ==
        std::vector<std::string>{"unknown-unit", "reversed-range", "unknown-member", "out-of-range",
                                 "duplicate-name", "unknown-value", "unknown-name",
                                 "unknown-operation", "unknown-name", "unknown-name",
                                 "unknown-name", "wrong-type"});
  std::vector<std::uint32_t> lines;
  for (const Diagnostic& diagnostic : loaded.diagnostics()) lines.push_back(diagnostic.line);
  CHECK(lines == std::vector<std::uint32_t>{4, 5, 10, 16, 21, 23, 34, 40, 40, 42, 73, 79});
}

TEST_CASE("the text of the messages is what compilers print", "[scenarios]") {
  const Loaded<Scenario> loaded = load(with_many_mistakes());
  const std::string text = format_diagnostics(loaded.diagnostics());
  CHECK(
      text.find("test.json:34:19: error: unknown thread \"helpr\" [unknown-name]\n"
                "  at /processes/0/threads/0/program/0/fork; expected one of \"helper\", \"main\"; "
                "did you mean \"helper\"?\n") != std::string::npos);
}

TEST_CASE("a declaration that cannot be read is not reported again by what depends on it",
          "[scenarios]") {
  check_patch("{\"name\": \"vbo\"", "{\"name\": 7",
              {"wrong-type", "/buffers/1/name", "7, \"size\"", ""});
  check_patch("{\"name\": \"render\"", "{\"name\": []",
              {"wrong-type", "/processes/0/contexts/0/name", "[], \"engine\"", ""});
  check_patch("\"name\": \"gpu0\"", "\"name\": null",
              {"wrong-type", "/platform/gpus/0/name", "null", ""});
  check_patch("\"locks\": [\"big\", \"small\"]", "\"locks\": \"big\"",
              {"wrong-type", "/locks", "\"big\",\n", ""});
  check_patch("\"forked\": true", "\"forked\": 1",
              {"wrong-type", "/processes/0/threads/1/forked", "1, \"program\"", ""});
  check_patch("\"balanced\": true", "\"balanced\": 1",
              {"wrong-type", "/processes/0/contexts/1/balanced", "1,\n        \"bonds\"", ""});
  check_patch("\"userptr\": true", "\"userptr\": \"yes\"",
              {"wrong-type", "/buffers/2/userptr", "\"yes\"", ""});
  check_patch("\"duration\": \"infinite\"", "\"duration\": \"infinit\"",
              {"bad-quantity", "/processes/0/threads/1/program/4/submit/duration", "\"infinit\"",
               "did you mean \"infinite\"?"});
  check_patch(
      "\"id\": \"draw\"", "\"id\": 5",
      {"wrong-type", "/processes/0/threads/0/program/3/loop/body/2/id", "5, \"submit\"", ""});
}

TEST_CASE("a section of the wrong type is not reported by everything that refers into it",
          "[scenarios]") {
  check_patch("\"timelines\": [\"user\", {\"name\": \"frame\", \"initial\": 3}]",
              "\"timelines\": {\"user\": 0}", {"wrong-type", "/timelines", "{\"user\": 0}", ""});
  check_patch("\"displays\": [{\"name\": \"panel\", \"refresh\": \"60 Hz\"}]", "\"displays\": 1",
              {"wrong-type", "/displays", "1,\n  \"processes\"", ""});
}

TEST_CASE("a flood of mistakes is cut off", "[scenarios]") {
  std::string locks = "\"big\", \"small\"";
  for (int i = 0; i < 1000; ++i) locks += ", 5";
  const Loaded<Scenario> loaded =
      load(patched("\"locks\": [\"big\", \"small\"]", "\"locks\": [" + locks + "]"));
  REQUIRE(loaded.diagnostics().size() == 501);
  CHECK(loaded.diagnostics().back().code == "too-many-findings");
  CHECK(loaded.diagnostics().back().message == "500 more findings from here on");
}

TEST_CASE("a file that cannot be read is an error that says why", "[scenarios]") {
  const Loaded<Scenario> missing = load_scenario_file("no/such/file.json", {});
  REQUIRE(missing.diagnostics().size() == 1);
  CHECK(missing.diagnostics()[0].code == "cannot-read");
  CHECK(missing.diagnostics()[0].file == "no/such/file.json");
  CHECK(missing.diagnostics()[0].message.find("No such file") != std::string::npos);
  CHECK_FALSE(load_scenario_file("/", {}).ok());
}
