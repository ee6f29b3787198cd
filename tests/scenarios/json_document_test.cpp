// The JSON text itself: grammar, places, limits.
#include "scenarios/json_document.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::scenarios;

namespace {

Diagnostic only_error(std::string_view text) {
  const Loaded<JsonDocument> parsed = parse_json(text, "t.json");
  INFO(format_diagnostics(parsed.diagnostics()));
  REQUIRE_FALSE(parsed.ok());
  REQUIRE(parsed.diagnostics().size() == 1);
  return parsed.diagnostics().front();
}

void check_error(std::string_view text, std::string_view code, std::uint32_t line,
                 std::uint32_t column, std::string_view pointer = "") {
  const Diagnostic error = only_error(text);
  INFO(text << "\n" << format_diagnostic(error));
  CHECK(error.code == code);
  CHECK(error.line == line);
  CHECK(error.column == column);
  CHECK(error.pointer == pointer);
}

void check_place(const JsonDocument& document, const std::string& pointer, std::uint32_t value_line,
                 std::uint32_t value_column, std::uint32_t key_line, std::uint32_t key_column) {
  INFO(pointer);
  const Location location = document.locate(pointer);
  CHECK(location.value.line == value_line);
  CHECK(location.value.column == value_column);
  CHECK(location.key.line == key_line);
  CHECK(location.key.column == key_column);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("every value and every key has its line and column in bytes", "[scenarios]") {
  const Loaded<JsonDocument> parsed = parse_json(
      "{\n  \"a\": [1, -2.5e3,\n\ttrue, \"x\\\"]\\\\\", []],\n"
      "  \"b/~\" :\n    {\"c\": null}, \"\xc3\xa4\": 7}",
      "t.json");
  REQUIRE(parsed.ok());
  const JsonDocument& document = *parsed;
  check_place(document, "", 1, 1, 1, 1);
  check_place(document, "/a", 2, 8, 2, 3);
  check_place(document, "/a/0", 2, 9, 2, 9);
  check_place(document, "/a/1", 2, 12, 2, 12);
  check_place(document, "/a/2", 3, 2, 3, 2);
  check_place(document, "/a/3", 3, 8, 3, 8);
  check_place(document, "/a/4", 3, 18, 3, 18);
  check_place(document, "/b~1~0", 5, 5, 4, 3);
  check_place(document, "/b~1~0/c", 5, 11, 5, 6);
  check_place(document, "/\xc3\xa4", 5, 24, 5, 18);
  check_place(document, "/nothing", 0, 0, 0, 0);
}

TEST_CASE("a byte order mark is allowed and counts as bytes of the first line", "[scenarios]") {
  const Loaded<JsonDocument> parsed = parse_json("\xef\xbb\xbf[1]", "t.json");
  REQUIRE(parsed.ok());
  check_place(*parsed, "/0", 1, 5, 1, 5);
}

TEST_CASE("text that ends too early is said to do so, at its end", "[scenarios]") {
  check_error("", "json-truncated", 1, 1);
  check_error("  \n ", "json-truncated", 2, 2);
  check_error("{\"a\": [1,", "json-truncated", 1, 10, "/a/1");
  check_error("{\"a\": tru", "json-truncated", 1, 10, "/a");
  check_error("{\"a\n", "json-syntax", 1, 4);  // a line cannot end inside a text
  check_error("[\"abc", "json-truncated", 1, 6, "/0");
  check_error("{", "json-truncated", 1, 2);
}

TEST_CASE("a mistake of grammar is placed at the offending token", "[scenarios]") {
  check_error("[1 2]", "json-syntax", 1, 4, "/1");
  check_error("{\"a\" 1}", "json-syntax", 1, 6, "/a");
  check_error("{a: 1}", "json-syntax", 1, 2);
  check_error("[01]", "json-syntax", 1, 3, "/1");
  check_error("[nul]", "json-syntax", 1, 5, "/0");
  check_error("[\"\\x\"]", "json-syntax", 1, 4, "/0");
  check_error("[1e999]", "json-syntax", 1, 6, "/0");
  check_error("[1] // end", "json-trailing", 1, 5);
  check_error("{} {}", "json-trailing", 1, 4);
  check_error(std::string("[1,\0 2]", 7), "json-syntax", 1, 4);
}

TEST_CASE("a comma in front of a closing bracket gets a hint", "[scenarios]") {
  CHECK(only_error("[1,\n]").hint == "remove the comma in front of it");
  CHECK(only_error("{\"a\": 1, }").hint == "remove the comma in front of it");
  CHECK(only_error("[1,, 2]").hint.empty());
}

TEST_CASE("bytes that are no UTF-8 are refused at their place", "[scenarios]") {
  check_error("[\"ab\xff\"]", "invalid-utf8", 1, 5);
  check_error("[\n\"\xc3\"]", "invalid-utf8", 2, 2);
  check_error("\"\xc0\xaf\"", "invalid-utf8", 1, 2);      // overlong
  check_error("\"\xed\xa0\x80\"", "invalid-utf8", 1, 2);  // surrogate
  check_error("\"\xf4\x90\x80\x80\"", "invalid-utf8", 1, 2);
  CHECK(parse_json("\"\xf0\x9f\x98\x80\"", "t.json").ok());
}

TEST_CASE("a member given twice is an error at the second, which names the first", "[scenarios]") {
  const Diagnostic error =
      only_error("{\"a\": 1,\n \"b\": {\"c\": [2]}, \"b\": {\"c\": {\"d\": []}}, \"e\": 3}");
  CHECK(error.code == "duplicate-member");
  CHECK(error.line == 2);
  CHECK(error.column == 19);
  CHECK(error.pointer == "/b");
  CHECK(error.hint == "the first is at 2:2");
}

TEST_CASE("all repeated members are reported at once, those inside dropped values are not",
          "[scenarios]") {
  const Loaded<JsonDocument> parsed = parse_json(
      "{\"a\": 1, \"a\": {\"x\": 1, \"x\": 2}, \"b\": [{\"c\": 1, \"c\": 2}]}", "t.json");
  REQUIRE_FALSE(parsed.ok());
  REQUIRE(parsed.diagnostics().size() == 2);
  CHECK(parsed.diagnostics()[0].pointer == "/a");
  CHECK(parsed.diagnostics()[1].pointer == "/b/0/c");
}

TEST_CASE("nesting is limited to 64 levels unless other limits are given", "[scenarios]") {
  CHECK(parse_json(nested(64), "t.json").ok());
  const Diagnostic error = only_error(nested(65));
  CHECK(error.code == "nesting-too-deep");
  CHECK(error.column == 65);
  CHECK(error.expected == "at most 64 levels (--max-nesting)");
  CHECK(only_error(nested(1000000)).code == "nesting-too-deep");
  CHECK(parse_json(nested(kMaxNestingAllowed), "t.json", {.nesting = kMaxNestingAllowed}).ok());
  CHECK_FALSE(parse_json(nested(3), "t.json", {.nesting = 2}).ok());
}

TEST_CASE("documents beyond 64 MiB, of too many values or with endless keys are refused",
          "[scenarios]") {
  CHECK(only_error(std::string(DocumentLimits{}.bytes + 1, ' ')).code == "document-too-large");
  std::string many = "[0";
  for (std::size_t i = 0; i < DocumentLimits{}.values; ++i) many += ",0";
  CHECK(only_error(many + "]").code == "document-too-large");
  CHECK(only_error("{\"" + std::string(kMaxKeyBytes + 1, 'k') + "\": 1}").code == "too-long");
}
