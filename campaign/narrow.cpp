#include "campaign/narrow.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fencelab::campaign {

std::optional<Narrowness> parse_narrowness(std::string_view text) {
  const std::size_t sign = text.find('<');
  if (sign == std::string_view::npos || sign == 0 || !text.ends_with('%')) return std::nullopt;
  Narrowness goal{std::string(text.substr(0, sign)), 0};
  const char* const end = text.data() + text.size() - 1;
  const auto read = std::from_chars(text.data() + sign + 1, end, goal.relative);
  if (read.ec != std::errc{} || read.ptr != end || !(goal.relative > 0)) return std::nullopt;
  goal.relative /= 100;
  return goal;
}

SeedsNeeded seeds_needed(const std::vector<RunGroup>& groups, const std::vector<Narrowness>& goals,
                         std::size_t seeds_max) {
  SeedsNeeded needed;
  for (const RunGroup& group : groups) {
    const std::size_t seeds = group.endings().size();
    needed.seeds = std::max(needed.seeds, seeds);
    for (const Narrowness& goal : goals) {
      const auto column = std::find_if(columns().begin(), columns().end(), [&](const Column& each) {
        return each.name == goal.metric;
      });
      const auto& values = group.values(static_cast<std::size_t>(column - columns().begin()));
      if (values.empty()) continue;
      const Estimate mean = estimate(values);
      const double bound = goal.relative * std::abs(mean.mean);
      if (mean.half_width && *mean.half_width <= bound && seeds >= kFewestSeeds) continue;
      needed.is_narrow = false;
      // The width goes with the root of their number.
      const double excess = mean.half_width && bound > 0 ? *mean.half_width / bound : 2;
      const double wanted = std::ceil(static_cast<double>(seeds) * std::min(excess * excess, 2.0));
      needed.seeds =
          std::max({needed.seeds, seeds + 1, kFewestSeeds, static_cast<std::size_t>(wanted)});
    }
  }
  needed.seeds = std::min(needed.seeds, seeds_max);
  return needed;
}

}  // namespace fencelab::campaign
