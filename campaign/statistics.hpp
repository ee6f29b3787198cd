// Means with intervals, differences paired by seed and their tests: the statistics of compare.csv
// and of the report, on plain numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace fencelab::campaign {

/// A mean with its 95 % Student-t interval.
struct Estimate {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> half_width;  ///< of the interval; none below two values

  std::optional<double> low() const;
  std::optional<double> high() const;
  bool operator==(const Estimate&) const = default;
};

Estimate estimate(const std::vector<double>& values);

/// The values of a metric by seed, seeds ascending.
using SeedValues = std::vector<std::pair<std::uint64_t, double>>;

Estimate estimate(const SeedValues& values);

/// own - other for each seed that both have, seeds ascending.
std::vector<double> paired_differences(const SeedValues& own, const SeedValues& other);

/// Two-sided p-value of the paired t-test: how likely differences so far from 0 are if their mean
/// is 0. None below two differences, and none without spread: where all are the same there is
/// nothing to estimate.
std::optional<double> paired_p_value(const std::vector<double>& differences);

/// p-values adjusted for their number by Holm's step-down method, which keeps the chance of even
/// one false finding among them at the level, whatever their dependence (S. Holm, Scandinavian
/// Journal of Statistics 6, 1979). Missing ones stay missing and do not count.
std::vector<std::optional<double>> holm_adjusted(const std::vector<std::optional<double>>& p);

}  // namespace fencelab::campaign
