// Messages: their text, their order, and values that come with warnings.
#include "scenarios/diagnostics.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::scenarios;

namespace {

Diagnostic sample() {
  Diagnostic diagnostic;
  diagnostic.code = "unknown-name";
  diagnostic.file = "a.json";
  diagnostic.line = 3;
  diagnostic.column = 14;
  diagnostic.pointer = "/locks/0";
  diagnostic.message = "unknown lock \"n\"";
  diagnostic.expected = "\"m\"";
  diagnostic.hint = "did you mean \"m\"?";
  return diagnostic;
}

}  // namespace

TEST_CASE(
    "a diagnostic names the place as compilers do, then the pointer, what was expected and the "
    "hint",
    "[scenarios]") {
  CHECK(format_diagnostic(sample()) ==
        "a.json:3:14: error: unknown lock \"n\" [unknown-name]\n"
        "  at /locks/0; expected \"m\"; did you mean \"m\"?");
}

TEST_CASE("a diagnostic without details is one line, without a line number it names the file only",
          "[scenarios]") {
  Diagnostic diagnostic = sample();
  diagnostic.severity = Severity::warning;
  diagnostic.line = diagnostic.column = 0;
  diagnostic.pointer = diagnostic.expected = diagnostic.hint = "";
  CHECK(format_diagnostic(diagnostic) == "a.json: warning: unknown lock \"n\" [unknown-name]");
}

TEST_CASE("diagnostics are sorted by line and column, those without a line come last",
          "[scenarios]") {
  std::vector<Diagnostic> all(4, sample());
  all[0].line = 0;
  all[1].line = 7;
  all[2].column = 2;
  sort_by_place(all);
  CHECK(all[0].column == 2);
  CHECK(all[1].line == 3);
  CHECK(all[2].line == 7);
  CHECK(all[3].line == 0);
}

TEST_CASE("a loaded value may carry warnings, a failure carries its errors", "[scenarios]") {
  Diagnostic warning = sample();
  warning.severity = Severity::warning;
  const Loaded<int> good(5, {warning});
  CHECK(good.ok());
  CHECK(*good == 5);
  CHECK(good.diagnostics().size() == 1);
  const Loaded<int> bad(std::vector<Diagnostic>{sample()});
  CHECK_FALSE(bad);
  CHECK(has_errors(bad.diagnostics()));
}
