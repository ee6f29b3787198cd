// Whatever bytes arrive: no crash, and no damage goes unnoticed.
#include <catch2/catch.hpp>
#include <random>

#include "tests/sampling.hpp"
#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

// A diagnostic that points nowhere, or says nothing, helps nobody.
void check_sound(const Loaded<Scenario>& loaded) {
  for (const Diagnostic& diagnostic : loaded.diagnostics()) {
    CHECK_FALSE(diagnostic.code.empty());
    CHECK_FALSE(diagnostic.message.empty());
    CHECK(diagnostic.line > 0);
    CHECK(diagnostic.column > 0);
  }
  CHECK(loaded.ok() != has_errors(loaded.diagnostics()));
}

}  // namespace

TEST_CASE("a scenario cut off anywhere is an error, never a crash", "[scenarios]") {
  const std::string text = base_text();
  const std::size_t last_brace = text.rfind('}');
  for (std::size_t length = 0; length <= last_brace; ++length) {
    INFO("cut at byte " << length);
    const Loaded<Scenario> loaded = load(text.substr(0, length));
    REQUIRE_FALSE(loaded.ok());
    check_sound(loaded);
  }
  CHECK(load(text.substr(0, last_brace + 1)).ok());
}

TEST_CASE("flipped bytes are never a crash", "[scenarios]") {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text = base_text();
    const int flips = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < flips; ++i) text[random() % text.size()] = static_cast<char>(random());
    INFO(text);
    check_sound(load(text, some_names()));
  }
}

TEST_CASE("exchanged, doubled and dropped pieces are never a crash", "[scenarios]") {
  // Cuts at the marks of JSON, so that most results still parse and reach the deeper checks.
  std::mt19937 random(12);
  const std::string base = base_text();
  std::vector<std::size_t> marks;
  for (std::size_t i = 0; i < base.size(); ++i) {
    if (std::string_view("{}[],\"").find(base[i]) != std::string_view::npos) marks.push_back(i);
  }
  const auto piece = [&] {
    const std::size_t first = random() % marks.size();
    const std::size_t last = std::min(first + 1 + random() % 12, marks.size() - 1);
    return base.substr(marks[first], marks[last] - marks[first]);
  };
  for (int round = 0; round < 3000; ++round) {
    std::string text = base;
    const std::size_t at = marks[random() % marks.size()];
    const std::string inserted = piece();
    text.replace(at, random() % 2 == 0 ? 0 : inserted.size(), inserted);
    INFO(text);
    check_sound(load(text, some_names()));
  }
}

TEST_CASE("words exchanged for other words of the file are never a crash", "[scenarios]") {
  // Stays valid JSON: names of the wrong kind, members in the wrong place, numbers out of range.
  std::mt19937 random(13);
  const std::string base = base_text();
  std::vector<std::pair<std::size_t, std::size_t>> words;
  for (std::size_t at = base.find('"'); at != std::string::npos;) {
    const std::size_t end = base.find('"', at + 1);
    words.emplace_back(at, end + 1 - at);
    at = base.find('"', end + 1);
  }
  for (std::uint64_t round = 0; round < fencelab::tests::sample(4000); ++round) {
    const auto [from, from_size] = words[random() % words.size()];
    const auto [to, to_size] = words[random() % words.size()];
    std::string text = base;
    text.replace(from, from_size, base.substr(to, to_size));
    INFO(text);
    check_sound(load(text, some_names()));
  }
}
