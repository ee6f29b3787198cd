// docs/reference/strengths.md: what of the library is proved, and what is not.
#include <fmt/format.h>

#include <map>

#include "tests/conformance/library_claims.hpp"
#include "tests/conformance/page.hpp"

using namespace fencelab::tests;

namespace {

std::string page() {
  std::map<Held, int> counts;
  std::string table;
  for (const auto& [name, file] : library_files()) {
    std::map<std::string, Claim> claims;
    for (const auto& [stack, expectation] : file.scenario.at("expect").items())
      claims.emplace(stack, claim_of(expectation));
    for (const auto& [stack, claim] : claims) {
      ++counts[claim.held];
      table +=
          fmt::format("| {} | {} | {} | {} |\n", name, stack, claim.verdict, claim.how_known());
    }
  }
  return fmt::format(
      "# Strengths: what of the library is proved\n\n"
      "Made from `expect` of `scenarios/library`, which `fencelab check scenarios/library` and "
      "CTest hold to be true; a test keeps "
      "this page\nequal to it (`FENCELAB_WRITE_PAGES=1 build/tests/test_conformance \"[page]\"` "
      "writes it).\n\n"
      "Of {} pairs of scenario and stack, {} get stuck, which is its own witness; {} are proved as "
      "they are, {} with [fewer "
      "rounds](../guide/checking.md#strength)\nof their loops, and {} are not proved. The latter "
      "are free of cycles in the orders that their runs show "
      "(`predicted`) or just ran\nwell (`observed`): their threads, queues and clocks interleave "
      "in more ways than some seconds of either prover "
      "visits, with one round\nof each loop, too. `fencelab check FILE --strength proved --budget "
      "10min` goes further.\n\n"
      "| scenario | stack | verdict | how it is known |\n|---|---|---|---|\n{}",
      counts[Held::found] + counts[Held::proved] + counts[Held::small] + counts[Held::not_proved],
      counts[Held::found], counts[Held::proved], counts[Held::small], counts[Held::not_proved],
      table);
}

}  // namespace

TEST_CASE("docs/reference/strengths.md is what the library expects", "[page]") {
  check_page("strengths.md", page());
}
