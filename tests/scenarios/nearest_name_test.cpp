#include "scenarios/nearest_name.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::scenarios;

TEST_CASE("a swap of neighbours is one edit, like an insertion, a deletion or a substitution",
          "[scenarios]") {
  CHECK(edit_distance("submit", "submit") == 0);
  CHECK(edit_distance("sumbit", "submit") == 1);
  CHECK(edit_distance("submt", "submit") == 1);
  CHECK(edit_distance("subbmit", "submit") == 1);
  CHECK(edit_distance("subnit", "submit") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("ca", "abc") == 3);  // each part is edited at most once
}

TEST_CASE("the nearest name is suggested only if most of the word was kept", "[scenarios]") {
  const std::vector<std::string> names = {"submit", "signal", "unlock", "m"};
  CHECK(nearest_name("sumbit", names) == "submit");
  CHECK(nearest_name("singal", names) == "signal");
  CHECK(nearest_name("zzzzzz", names).empty());
  CHECK(nearest_name("n", names).empty());  // one letter for another keeps nothing
  CHECK(nearest_name(std::string(5000, 'a'), names).empty());
  CHECK(nearest_name("x", {}).empty());
}

TEST_CASE("a name that differs in case only beats one that differs in letters", "[scenarios]") {
  const std::vector<std::string> units = {"kB", "KiB"};
  CHECK(nearest_name("Kib", units) == "KiB");
  CHECK(nearest_name("KB", units) == "kB");
}

TEST_CASE("lists of names are quoted, counted and cut", "[scenarios]") {
  CHECK(one_of(std::vector<std::string>{}).empty());
  CHECK(one_of(std::vector<std::string>{"a"}) == "\"a\"");
  CHECK(one_of(std::vector<std::string>{"a", "b"}) == "one of \"a\", \"b\"");
  const std::vector<std::string> many(50, "x");
  CHECK(one_of(many).ends_with(" or 10 more"));
}

TEST_CASE("quoted texts show control characters and never end inside a character", "[scenarios]") {
  CHECK(quote("a\nb") == "\"a\\x0ab\"");
  const std::string umlauts =
      std::string(59, 'a') + "\xc3\xa4\xc3\xa4";  // the cut would split the first
  CHECK(quote(umlauts) == "\"" + std::string(59, 'a') + "...\"");
}
