// The sequence diagram is in Mermaid's language: each line is one of the few forms that are used,
// and no text of ours can end one early.
#include "analysis/report/sequence_diagram.hpp"

#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <sstream>

using namespace fencelab::analysis;

namespace {

/// The forms of https://mermaid.js.org/syntax/sequenceDiagram.html that are used. Texts have no
/// line ends and no semicolons but in character codes, "#" begins such a code, and of colons only
/// the first counts, so that none may be left in a text.
void check_grammar(const std::string& diagram) {
  const std::string text = "(?:[^#;:%\\x00-\\x1f\\x7f]|#[0-9]+;)*";
  const std::regex title("  title " + text), participant("  participant (p[0-9]+) as " + text),
      arrow("  (p[0-9]+)->>(p[0-9]+): " + text), note("  Note over (p[0-9]+): " + text);
  std::istringstream lines(diagram);
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(line == "sequenceDiagram");
  std::set<std::string> declared;
  std::smatch found;
  while (std::getline(lines, line)) {
    INFO(line);
    if (std::regex_match(line, found, participant))
      CHECK(declared.insert(found[1]).second);
    else if (std::regex_match(line, found, arrow) || std::regex_match(line, found, note))
      CHECK(declared.contains(found[1]));
    else
      CHECK(std::regex_match(line, title));
  }
}

}  // namespace

TEST_CASE("a schedule is drawn with one participant per process and its steps in order",
          "[report]") {
  const std::string diagram = sequence_diagram({{"user0", "submit", "", "", ""},
                                                {"gpu0", "start", "", "", ""},
                                                {"user0", "choose", "B0", "", "blocked at F0"}},
                                               "s under t");
  CHECK(diagram ==
        "sequenceDiagram\n"
        "  title s under t\n"
        "  participant p0 as user0\n"
        "  participant p1 as gpu0\n"
        "  p0->>p0: 1 submit\n"
        "  p1->>p1: 2 start\n"
        "  p0->>p0: 3 choose = B0\n"
        "  Note over p0: blocked at F0\n");
  check_grammar(diagram);
}

TEST_CASE("names with any bytes stay within the grammar", "[report]") {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  const std::string diagram =
      sequence_diagram({{all, all, all, all, all}, {"job work#0 of a;b", "lock: x", "", "", ""}},
                       "title; participant x");
  check_grammar(diagram);
  CHECK(diagram.find("job work#35;0 of a#59;b") != std::string::npos);
}

TEST_CASE("of a long schedule the end is drawn, and what is left out is counted", "[report]") {
  const std::vector<TakenStep> steps(500, TakenStep{"p", "op", "", "", ""});
  const std::string diagram = sequence_diagram(steps, "", 100);
  CHECK(diagram.find("Note over p0: 400 steps left out\n") != std::string::npos);
  CHECK(diagram.find(": 401 op\n") != std::string::npos);
  CHECK(diagram.find(": 400 op\n") == std::string::npos);
  check_grammar(diagram);
  check_grammar(sequence_diagram({}, ""));
}
