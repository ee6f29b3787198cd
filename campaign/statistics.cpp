#include "campaign/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace fencelab::campaign {

namespace {

/// Mean and standard error; the latter is 0 for values that are all the same.
struct Moments {
  double mean = 0, error = 0;
};

template <class Values, class Number>
Moments moments_of(const Values& values, Number number) {
  Moments moments;
  if (values.empty()) return moments;
  const auto count = static_cast<double>(values.size());
  for (const auto& value : values) moments.mean += number(value);
  moments.mean /= count;
  if (values.size() < 2) return moments;
  double squares = 0;
  for (const auto& value : values)
    squares += (number(value) - moments.mean) * (number(value) - moments.mean);
  moments.error = std::sqrt(squares / (count - 1) / count);
  return moments;
}

/// The quantile 0.975 of Student's t; the common ones are computed once.
double two_sided_quantile(std::size_t freedom) {
  const auto compute = [](std::size_t n) {
    return boost::math::quantile(boost::math::students_t(static_cast<double>(n)), 0.975);
  };
  constexpr std::size_t kCommon = 100;
  static const std::vector<double> kQuantiles = [&] {
    std::vector<double> table(kCommon, 0);
    for (std::size_t n = 1; n < kCommon; ++n) table[n] = compute(n);
    return table;
  }();
  return freedom < kCommon ? kQuantiles[freedom] : compute(freedom);
}

template <class Values, class Number>
Estimate estimate_of(const Values& values, Number number) {
  const Moments moments = moments_of(values, number);
  Estimate result{values.size(), moments.mean, std::nullopt};
  if (values.size() >= 2)
    result.half_width =
        moments.error > 0 ? moments.error * two_sided_quantile(values.size() - 1) : 0.0;
  return result;
}

}  // namespace

std::optional<double> Estimate::low() const {
  return half_width ? std::optional(mean - *half_width) : std::nullopt;
}

std::optional<double> Estimate::high() const {
  return half_width ? std::optional(mean + *half_width) : std::nullopt;
}

Estimate estimate(const std::vector<double>& values) {
  return estimate_of(values, [](double value) { return value; });
}

Estimate estimate(const SeedValues& values) {
  return estimate_of(values, [](const auto& value) { return value.second; });
}

std::vector<double> paired_differences(const SeedValues& own, const SeedValues& other) {
  std::vector<double> differences;
  differences.reserve(own.size());
  auto mine = own.begin();
  auto theirs = other.begin();
  while (mine != own.end() && theirs != other.end()) {
    if (mine->first == theirs->first)
      differences.push_back((mine++)->second - (theirs++)->second);
    else if (mine->first < theirs->first)
      ++mine;
    else
      ++theirs;
  }
  return differences;
}

std::optional<double> paired_p_value(const std::vector<double>& differences) {
  if (differences.size() < 2) return std::nullopt;
  const Moments moments = moments_of(differences, [](double value) { return value; });
  if (!(moments.error > 0)) return std::nullopt;
  const boost::math::students_t distribution(static_cast<double>(differences.size() - 1));
  const double t = std::abs(moments.mean / moments.error);
  return 2 * boost::math::cdf(boost::math::complement(distribution, t));
}

std::vector<std::optional<double>> holm_adjusted(const std::vector<std::optional<double>>& p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (p[i]) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return *p[a] < *p[b]; });
  std::vector<std::optional<double>> adjusted(p.size());
  double floor = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double scaled = *p[order[rank]] * static_cast<double>(order.size() - rank);
    floor = std::max(floor, std::min(1.0, scaled));
    adjusted[order[rank]] = floor;
  }
  return adjusted;
}

}  // namespace fencelab::campaign
