// What a scenario says to `check`, and the digest by which a schedule knows its scenario again.
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

std::uint64_t digest_with(std::string_view from, std::string_view to) {
  return loaded(patched(from, to)).digest;
}

}  // namespace

TEST_CASE("a claim is one verdict or a list of them, and none by default", "[scenarios]") {
  const auto claim_of = [](std::string_view text) {
    return loaded(patched("\"strength\": \"observed\"", text)).expect.at("linux-implicit").claim;
  };
  CHECK(claim_of("\"strength\": \"proved\"").empty());
  CHECK(claim_of("\"claim\": \"orphan\"") == std::vector<std::string>{"orphan"});
  CHECK(claim_of("\"claim\": [\"deadlock\", \"masked\"]") ==
        std::vector<std::string>{"deadlock", "masked"});
  CHECK_FALSE(load(patched("\"strength\": \"observed\"", "\"claim\": \"free\"")));
  CHECK_FALSE(load(patched("\"strength\": \"observed\"", "\"claim\": []")));
}

TEST_CASE("a cycle is a list of edges, each of a kind that waits or orders have", "[scenarios]") {
  const auto with = [](std::string_view edges) {
    return load(patched("\"strength\": \"observed\"", "\"cycle\": " + std::string(edges)));
  };
  const auto read = with(R"([{"who": "p", "kind": "lock", "on": ["b", "a"], "by": "q"},
                             {"kind": "contract", "holds": "x", "on": "y"}])");
  REQUIRE(read);
  const auto& cycle = read->expect.at("linux-implicit").cycle;
  REQUIRE(cycle.size() == 2);
  CHECK(cycle[0].who == "p");
  CHECK(cycle[0].on == std::vector<std::string>{"a", "b"});
  CHECK(cycle[0].by == std::vector<std::string>{"q"});
  CHECK(cycle[1].who.empty());
  CHECK(cycle[1].holds == "x");
  CHECK(cycle[1].by.empty());
  CHECK_FALSE(with("[]"));
  CHECK_FALSE(with(R"([{"who": "p", "kind": "lock"}])"));
  CHECK_FALSE(with(R"([{"who": "p", "on": "a"}])"));
  const auto unknown = with(R"([{"who": "p", "kind": "locks", "on": "a"}])");
  REQUIRE_FALSE(unknown);
  CHECK(format_diagnostics(unknown.diagnostics()).find("did you mean \"lock\"?") !=
        std::string::npos);
}

TEST_CASE("the digest of a scenario changes with what decides a run, and with nothing else",
          "[scenarios]") {
  const std::uint64_t digest = loaded(base_text()).digest;
  CHECK(digest != 0);
  CHECK(loaded(base_text()).digest == digest);
  CHECK(digest_with("\"verdict\": \"masked\"", "\"verdict\":\n\n \"deadlock\"") == digest);
  CHECK(digest_with("\"timeout\": \"2 s\"", "\"timeout\": \"3 s\"") == digest);  // of a stack
  CHECK(digest_with("\"format\": 1", "\"description\": \"more\", \"format\": 1") == digest);
  CHECK(digest_with("\"timeout\": \"50 ms\"", "\"timeout\": \"51 ms\"") != digest);
  CHECK(digest_with("\"at\": 5", "\"at\": 6") != digest);
}
