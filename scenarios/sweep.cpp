#include "scenarios/sweep.hpp"

#include <algorithm>
#include <limits>

namespace fencelab::scenarios {

std::string SweepPoint::name() const {
  std::string text;
  for (const auto& [axis, label] : values) {
    if (!text.empty()) text += "; ";
    text += axis;
    text += "=";
    text += label;
  }
  return text;
}

std::uint64_t Sweep::combinations() const {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t count = 1;
  for (const auto& group : groups) {
    const std::uint64_t steps = axes[group.front()].values.size();
    if (steps != 0 && count > kMost / steps) return kMost;
    count *= steps;
  }
  return count;
}

std::optional<SweepPoint> Sweep::point(std::uint64_t n) const {
  std::vector<std::size_t> chosen(axes.size());
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    const std::uint64_t steps = axes[group->front()].values.size();
    for (const std::size_t axis : *group) chosen[axis] = n % steps;
    n /= steps;
  }
  SweepPoint point;
  for (std::size_t i = 0; i < axes.size(); ++i)
    point.values.emplace_back(axes[i].name, axes[i].labels[chosen[i]]);
  const bool holds = std::all_of(where.begin(), where.end(), [&](const SweepCondition& condition) {
    return condition.holds(point.values);
  });
  if (!holds) return std::nullopt;
  for (std::size_t i = 0; i < axes.size(); ++i)
    for (const std::string& at : axes[i].at)
      point.sets.push_back(at + "=" + axes[i].values[chosen[i]]);
  return point;
}

}  // namespace fencelab::scenarios
