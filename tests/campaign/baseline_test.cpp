// Baseline files: written in one way only, read strictly, every mistake with its place.
#include "campaign/baseline.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::campaign;
using fencelab::scenarios::format_diagnostics;

namespace {

const char* const kText = R"({
  "format": "fencelab-baseline",
  "version": 1,
  "accepted": [
    {
      "scenario": "a",
      "stack": "linux-implicit",
      "rule": "deadlock",
      "class": "deadlock: lock \"x\" <- é",
      "strength": "explored",
      "why": "never in the field"
    },
    {
      "scenario": "b",
      "stack": "s",
      "rule": "livelock",
      "class": "livelock",
      "strength": "observed"
    }
  ]
}
)";

std::string errors_of(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  const auto loaded = parse_baseline(text.replace(at, from.size(), to), "b.json");
  REQUIRE_FALSE(loaded);
  return format_diagnostics(loaded.diagnostics());
}

}  // namespace

TEST_CASE("a baseline that was written is read, and written again byte for byte") {
  const auto loaded = parse_baseline(kText, "b.json");
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  REQUIRE(loaded->entries.size() == 2);
  CHECK(loaded->entries[0].strength == Strength::explored);
  CHECK(loaded->entries[0].why == "never in the field");
  CHECK(loaded->entries[1].line == 13);
  CHECK(loaded->find({"b", "s", "livelock", "livelock"}) != nullptr);
  CHECK(loaded->find({"b", "s", "livelock", "other"}) == nullptr);
  CHECK(baseline_text(*loaded) == kText);
  Baseline reversed = *loaded;
  std::swap(reversed.entries[0], reversed.entries[1]);
  CHECK(baseline_text(reversed) == kText);
}

TEST_CASE("an empty baseline is one, too") {
  const auto loaded = parse_baseline(baseline_text({}), "b.json");
  REQUIRE(loaded);
  CHECK(loaded->entries.empty());
}

TEST_CASE("a mistake in a baseline is told with its place and what would be right") {
  const auto has = [](const std::string& from, const std::string& to, const std::string& words) {
    const std::string errors = errors_of(kText, from, to);
    INFO(errors);
    CHECK(errors.find(words) != std::string::npos);
    CHECK(errors.starts_with("b.json:"));
  };
  has("fencelab-baseline", "other", "b.json:2:13: error: this is no baseline");
  has("\"version\": 1", "\"version\": 2", "b.json:3:14: error: this program does not know");
  has("\"version\": 1", "\"version\": \"1\"", "[unknown-version]");
  has("\"accepted\": [", "\"acepted\": [], \"accepted\": [", "did you mean \"accepted\"?");
  has("\"rule\": \"livelock\"", "\"rule\": \"livelok\"", "did you mean \"livelock\"?");
  has("\"rule\": \"livelock\"", "\"rule\": \"strength-not-reached\"",
      "no rule that can be accepted");
  has("\"rule\": \"livelock\",", "", "member \"rule\" is missing");
  has("\"class\": \"livelock\"", "\"class\": 3", "\"class\" is no text");
  has("\"class\": \"livelock\"", "\"clas\": \"livelock\"", "did you mean \"class\"?");
  has("\"explored\"", "\"exploded\"", "this is no strength");
  has("\"strength\": \"observed\"\n    }", "\"strength\": \"observed\"\n    }, 3",
      "this is no object");
  has("]\n}", "]", "b.json:");
}

TEST_CASE("a finding that is accepted twice, no list and no object are refused") {
  std::string text = kText;
  const std::size_t begin = text.find("    {\n      \"scenario\": \"b\""), end = text.find("\n  ]");
  const std::string entry = text.substr(begin, end - begin);
  CHECK(errors_of(kText, "\n  ]", ",\n" + entry + "\n  ]").find("[duplicate]") !=
        std::string::npos);
  for (const char* const json : {"3", "[]", "\"x\"", "null", "{}",
                                 R"({"format": "fencelab-baseline", "version": 1, "accepted": 1})"})
    CHECK_FALSE(parse_baseline(json, "b.json"));
  CHECK_FALSE(parse_baseline("", "b.json"));
  CHECK_FALSE(load_baseline("/no/such/file"));
  CHECK_FALSE(load_baseline("/"));
}
