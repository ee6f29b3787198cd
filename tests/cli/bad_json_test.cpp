// Files that are no JSON text, or hardly: each is refused with its place, whatever the bytes.
#include <fmt/format.h>

#include <random>
#include <set>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

/// Runs a file of these bytes, which must be refused, and returns what was said behind its name.
std::string refusal_of(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string file = folder.file("game.json", bytes);
  const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")});
  INFO(outcome.err);
  check_refused(outcome);
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
  REQUIRE(outcome.err.starts_with(file + ":"));
  return outcome.err.substr(file.size() + 1);
}

std::string nested(std::size_t depth, const char* opening) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += opening;
  return text;
}

}  // namespace

TEST_CASE("the scenario that the tests of bad input break is itself right", "[cli]") {
  const TemporaryFolder folder;
  const Outcome outcome = run_fencelab(
      {"run", folder.file("game.json", base_scenario()), "--quiet", "--out", folder.path("out")});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  CHECK(files_below(folder.path("out")) ==
        std::vector<std::string>{"clients.csv", "compare.csv", "dependencies.csv", "report.html",
                                 "results.sqlite", "runs.csv"});
}

TEST_CASE("a library scenario cut off at any byte is refused", "[cli]") {
  // Every prefix is a file of one folder, so that one process sees them all and each must be named
  // in the messages. What follows the last brace is blank: cut there, the scenario is whole.
  const TemporaryFolder folder;
  const std::string text =
      read_file(FENCELAB_SOURCE_DIR "/scenarios/library/indefinite-fence.json");
  const std::size_t whole = text.rfind('}') + 1;
  for (std::size_t length = 0; length < whole; ++length)
    folder.file(fmt::format("cut/{:05}.json", length), text.substr(0, length));
  const Outcome outcome = run_fencelab({"run", folder.path("cut"), "--out", folder.path("out")});
  check_refused(outcome);
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
  std::set<std::string> refused;
  std::size_t begin = 0;
  for (std::size_t end; (end = outcome.err.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const std::string line = outcome.err.substr(begin, end - begin);
    const std::size_t name = folder.path("cut/").size();
    if (!line.starts_with(folder.path("cut/"))) continue;
    CHECK(line.find(": error: ") != std::string::npos);
    CHECK(line[name + 10] == ':');  // then line and column
    refused.insert(line.substr(name, 5));
  }
  CHECK(refused.size() == whole);
}

TEST_CASE("a scenario that is cut off is refused by run and by validate", "[cli]") {
  const std::string text = base_scenario();
  for (std::size_t length = 1; length < text.rfind('}'); length += text.size() / 12) {
    INFO("cut at byte " << length);
    CHECK(refusal_of(text.substr(0, length)).find("[json-") != std::string::npos);
    const TemporaryFolder folder;
    check_refused(run_fencelab({"validate", folder.file("game.json", text.substr(0, length))}));
  }
}

TEST_CASE("an empty file says that it is empty", "[cli]") {
  for (const char* const blank : {"", "\n", " \t\r\n "}) {
    const std::string refusal = refusal_of(blank);
    CHECK(refusal.find("there is no text, or only blanks [json-truncated]") != std::string::npos);
    CHECK(refusal.find("expected a JSON object") != std::string::npos);
  }
}

TEST_CASE("binary junk is refused at its first byte that is no text", "[cli]") {
  CHECK(refusal_of(std::string("{\0}", 3)).starts_with("1:2: error: a NUL byte in the text"));
  CHECK(refusal_of("{\"a\":\n \"\xff\"").starts_with("2:3: error: byte 0xff is not valid UTF-8"));
  CHECK(refusal_of("\xff\xfe{").starts_with("1:1: error: byte 0xff"));            // UTF-16
  CHECK(refusal_of("\xed\xa0\x80").find("[invalid-utf8]") != std::string::npos);  // a surrogate
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::string junk(512, '\0');
    for (char& byte : junk) byte = static_cast<char>(random());
    refusal_of(junk);
  }
}

TEST_CASE("a byte order mark in front of a scenario is skipped, as other tools write it", "[cli]") {
  const TemporaryFolder folder;
  const auto run = [&folder](const std::string& text, const std::string& out) {
    return run_fencelab(
        {"run", folder.file("game.json", text), "--quiet", "--out", folder.path(out)});
  };
  CHECK(run(base_scenario(), "without").exit_code == 0);
  CHECK(run("\xef\xbb\xbf" + base_scenario(), "with").exit_code == 0);
  CHECK(read_file(folder.path("with/compare.csv")) ==
        read_file(folder.path("without/compare.csv")));
}

TEST_CASE("nesting a hundred thousand levels deep is refused, not followed", "[cli]") {
  for (const char* const opening : {"[", "{\"a\":"}) {
    const std::string refusal = refusal_of(nested(100'000, opening));
    CHECK(refusal.find("[nesting-too-deep]") != std::string::npos);
    CHECK(refusal.find("expected at most 64 levels") != std::string::npos);
  }
}

TEST_CASE("JSON that is no scenario is refused", "[cli]") {
  CHECK(refusal_of("[]").find("expected an object") != std::string::npos);
  CHECK(refusal_of("\"text\"").find("expected an object") != std::string::npos);
  CHECK(refusal_of("{}").find("[missing-member]") != std::string::npos);
  CHECK(refusal_of(base_scenario() + "{}").find("[json-trailing]") != std::string::npos);
}

TEST_CASE("a member given twice is refused, since only one of the two can be meant", "[cli]") {
  check_mistake({"\"horizon\": \"1 s\"", "\"horizon\": \"1 s\", \"horizon\": \"2 s\"",
                 "\"horizon\": \"2 s\"", "duplicate-member", "/horizon", "each member once"});
}
