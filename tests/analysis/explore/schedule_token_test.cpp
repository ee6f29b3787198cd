// Tokens: what was written is read, odd names included, and every mistake is told with its step.
#include "analysis/explore/schedule_token.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::analysis;

namespace {

void check_round_trip(const std::vector<ScheduleStep>& steps, const std::string& text) {
  const ScheduleToken token{"ab12cd34", steps};
  CHECK(token_text(token) == text);
  const ParsedToken parsed = parse_token(text);
  INFO(parsed.error);
  REQUIRE(parsed);
  CHECK(parsed.token.hash == "ab12cd34");
  CHECK(parsed.token.steps == steps);
}

}  // namespace

TEST_CASE("a token reads like the schedule it is", "[token]") {
  check_round_trip({{"user0", "submit", {}}, {"gpu0", "start", {}}, {"user0", "choose", "0"}},
                   "v1:ab12cd34:user0.submit,gpu0.start,user0.choose=0");
}

TEST_CASE("names of clones keep their dot, and operations may name things", "[token]") {
  check_round_trip({{"client.0/main", "lock(notifier)", {}}, {"gpu0/rcs0", "evict", "B0"}},
                   "v1:ab12cd34:client.0/main.lock(notifier),gpu0/rcs0.evict=B0");
}

TEST_CASE("names with every byte survive, and leave nothing that a shell would take for its own",
          "[token]") {
  std::string odd;
  for (int c = 0; c < 256; ++c) odd += static_cast<char>(c);
  const ScheduleToken token{"00000000", {{odd, odd, odd}, {"a.b", "c.d", "e.f"}}};
  const std::string text = token_text(token);
  for (const char c : text)
    CHECK(
        (c > ' ' && c < 0x7F && std::string("'\"\\$`&|;<>*?!~{}[]^").find(c) == std::string::npos));
  const ParsedToken parsed = parse_token(text);
  REQUIRE(parsed);
  CHECK(parsed.token.steps == token.steps);
}

TEST_CASE("a mistake in a token is told with the step it is in", "[token]") {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"", "\"\" is no token; expected v1:HASH:process.operation,..."},
      {"user0.submit", "\"user0.submit\" is no token; expected v1:HASH:process.operation,..."},
      {"v2:ab12cd34:a.b", "\"v2\" is no version of tokens that this program knows; expected v1"},
      {"v1:xyz:a.b", "\"xyz\" is no hash; expected 8 hexadecimal digits and \":\""},
      {"v1:ab12cd34", "\"ab12cd34\" is no hash; expected 8 hexadecimal digits and \":\""},
      {"v1:ab12cd34:", "the token has no steps"},
      {"v1:ab12cd34:a.b,user0",
       "step 2 (\"user0\"): expected process.operation or "
       "process.operation=choice"},
      {"v1:ab12cd34:a.b,", "step 2 (\"\"): expected process.operation or process.operation=choice"},
      {"v1:ab12cd34:.b", "step 1 (\".b\"): expected process.operation or process.operation=choice"},
      {"v1:ab12cd34:a.b=", "step 1 (\"a.b=\"): expected the name of an alternative after \"=\""},
      {"v1:ab12cd34:a.b%4", "step 1 (\"a.b%4\"): odd bytes must be written as %XX"},
      {"v1:ab12cd34:a b.c", "step 1 (\"a b.c\"): odd bytes must be written as %XX"},
      {"v1:ab12cd34:a\n.c", "step 1 (\"a\\x0a.c\"): odd bytes must be written as %XX"}};
  for (const auto& [text, error] : mistakes) CHECK(parse_token(text).error == error);
}
