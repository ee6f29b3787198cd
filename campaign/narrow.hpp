// Seeds enough: how many more a scenario point needs until the interval of a metric is narrow.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/comparison.hpp"

namespace fencelab::campaign {

/// "job_latency_p95_ns<5%": half the 95 % interval of that metric is at most that part of its mean.
struct Narrowness {
  std::string metric;
  double relative = 0;  ///< above 0
};

/// Nothing if it is none. `metric` may be any name.
std::optional<Narrowness> parse_narrowness(std::string_view text);

/// What the runs of a point say.
struct SeedsNeeded {
  std::size_t seeds = 0;  ///< in all, so that each stack may be narrow enough; at most `seeds_max`
  bool is_narrow = true;  ///< every stack is
};

/// Below so many seeds an interval says little, however narrow.
inline constexpr std::size_t kFewestSeeds = 5;

/// `groups` are the runs of one point, of stacks that share seeds. Stacks under which the metric
/// has no number do not count. Grows at most twofold: an interval of few seeds is itself a guess.
SeedsNeeded seeds_needed(const std::vector<RunGroup>& groups, const std::vector<Narrowness>& goals,
                         std::size_t seeds_max);

}  // namespace fencelab::campaign
