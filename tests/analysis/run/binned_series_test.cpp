#include "analysis/run/binned_series.hpp"

#include <catch2/catch.hpp>
#include <numeric>

using fencelab::analysis::BinnedSeries;
using Values = std::vector<std::uint64_t>;

TEST_CASE("A level lasts until the next one, and a bin keeps the most") {
  BinnedSeries series(1, 0);
  series.set_level(0, 0, 5);
  series.set_level(0, 2500, 9);
  series.set_level(0, 2600, 2);
  series.finish(4999);
  CHECK(series.bin_ns() == 1000);
  CHECK(series.level(0) == Values{5, 5, 9, 2, 2});
}

TEST_CASE("An amount is spread over the bins in which it came, and none of it is lost") {
  BinnedSeries series(0, 1);
  series.add_amount(0, 500, 2500, 101);
  series.finish(2500);
  CHECK(series.amount(0) == Values{25, 50, 26});
  series.add_amount(0, 2500, 2500, 7);
  CHECK(series.amount(0) == Values{25, 50, 33});
}

TEST_CASE("However long a run is, its bins are bounded, and they sum up to the same") {
  BinnedSeries series(1, 1);
  constexpr std::int64_t kEnd = 3'600'000'000'000;
  series.set_level(0, 10, 1000);
  series.set_level(0, 20, 1);
  for (std::int64_t at = 0; at < 1000; ++at)
    series.add_amount(0, at * kEnd / 1000, (at + 1) * kEnd / 1000, 3);
  series.finish(kEnd);
  const Values& amounts = series.amount(0);
  CHECK(amounts.size() <= BinnedSeries::kBins);
  CHECK(amounts.size() > BinnedSeries::kBins / 2 - 1);
  CHECK(std::accumulate(amounts.begin(), amounts.end(), std::uint64_t{0}) == 3000);
  CHECK(series.level(0).front() == 1000);  // the peak outlives every folding
  CHECK(series.level(0).back() == 1);
}

TEST_CASE("What comes after the end of a run is cut off") {
  BinnedSeries series(1, 0);
  series.set_level(0, 0, 5);
  series.set_level(0, 9000, 8);
  series.finish(3500);
  CHECK(series.level(0) == Values{5, 5, 5, 5});
}
