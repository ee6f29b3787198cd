#include "campaign/statistics.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::campaign;
using Catch::Detail::Approx;

TEST_CASE("An interval is Student's: mean 20, s = 10, t(0.975, 2) = 4.30265") {
  const Estimate three = estimate(std::vector<double>{10, 20, 30});
  CHECK(three.n == 3);
  CHECK(three.mean == 20);
  REQUIRE(three.half_width);
  CHECK(*three.half_width == Approx(24.8413771));
  CHECK(*three.low() == Approx(-4.8413771));
  CHECK(*three.high() == Approx(44.8413771));
}

TEST_CASE("One value has no interval, equal values have one without width, none have no mean") {
  CHECK_FALSE(estimate(std::vector<double>{7}).half_width);
  CHECK(estimate(std::vector<double>{7, 7, 7}).half_width == 0.0);
  CHECK(estimate(std::vector<double>{}).n == 0);
}

TEST_CASE("Intervals of many values use the quantile of as many") {
  std::vector<double> values(1000, 1.0);
  values[0] = 2.0;
  // s^2 = (999 * 0.001^2 + 0.999^2) / 999 = 0.001; t(0.975, 999) = 1.962341
  CHECK(*estimate(values).half_width == Approx(0.001 * 1.962341).epsilon(1e-6));
}

TEST_CASE("Differences are taken between runs of the same seed, others do not count") {
  const SeedValues own{{1, 5}, {2, 7}, {4, 9}, {9, 1}}, other{{0, 1}, {2, 3}, {4, 10}, {5, 2}};
  CHECK(paired_differences(own, other) == std::vector<double>{4, -1});
  CHECK(paired_differences(own, {}).empty());
}

TEST_CASE("The paired test is that of Student's sleep data") {
  // A. Cushny, A. Peebles (1905), in Student, Biometrika 6 (1908): t = -4.0621, p = 0.002833.
  const std::vector<double> differences{-1.2, -2.4, -1.3, -1.3, 0, -1.0, -1.8, -0.8, -4.6, -1.4};
  REQUIRE(paired_p_value(differences));
  CHECK(*paired_p_value(differences) == Approx(0.00283289).epsilon(1e-5));
}

TEST_CASE("Where there is no spread, or one seed only, there is nothing to test") {
  CHECK_FALSE(paired_p_value({3}));
  CHECK_FALSE(paired_p_value({3, 3, 3}));
  CHECK_FALSE(paired_p_value({0, 0, 0}));
  CHECK_FALSE(paired_p_value({}));
}

TEST_CASE("Holm: the smallest is multiplied by all, the next by one less, and order is kept") {
  const auto adjusted = holm_adjusted({0.01, std::nullopt, 0.04, 0.03, 0.005});
  REQUIRE(adjusted.size() == 5);
  CHECK_FALSE(adjusted[1]);
  CHECK(*adjusted[4] == Approx(0.02));
  CHECK(*adjusted[0] == Approx(0.03));
  CHECK(*adjusted[3] == Approx(0.06));
  CHECK(*adjusted[2] == Approx(0.06));  // 0.04 alone would be below the one before it
}

TEST_CASE("No adjusted value exceeds 1") {
  for (const auto& p : holm_adjusted({0.9, 0.8, 0.7})) CHECK(*p == 1.0);
}
