// What every proof rests on, tried by sampling; and the tests of that test.
#include "analysis/explore/paranoid.hpp"

#include <catch2/catch.hpp>

#include "tests/analysis/explore/random_programs.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

namespace {

std::string first_violation(const ParanoidReport& report) {
  return report.ok() ? "none" : report.violations.front();
}

constexpr ParanoidLimits kSmall{.walks = 6, .states = 4, .pairs = 6, .continuation = 60};

}  // namespace

TEST_CASE("Random programs pass the paranoid check") {
  std::uint64_t diamonds = 0, apart = 0, matches = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    LitmusSubject subject(ProgramGenerator(seed).program(), 3);
    const ParanoidReport report = check_paranoid(subject, {}, kSmall);
    INFO("seed " << seed << ": " << first_violation(report));
    CHECK(report.ok());
    diamonds += report.diamonds;
    apart += report.keys_apart;
    matches += report.hash_matches;
  }
  WARN(diamonds << " diamonds, " << apart << " with keys apart, " << matches << " matches");
  CHECK(diamonds > 10'000);
  CHECK(matches > 1'000);
}
