// Checks of what every proof rests on: that equal schedules do equal things, that steps which the
// dependency table calls independent do commute, and that states of equal key go on alike. Sampled:
// finds models whose shared state bypasses the footprints, proves nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/explore/dependency.hpp"
#include "analysis/explore/execution.hpp"

namespace fencelab::analysis {

struct ParanoidLimits {
  std::uint64_t seed = 1;
  std::uint32_t walks = 50;                 ///< random schedules
  std::uint32_t states = 6;                 ///< looked at along each of them
  std::uint32_t pairs = 12;                 ///< of steps taken in both orders in each of these
  std::uint32_t continuation = 60;          ///< steps that must go on alike after a diamond
  std::uint32_t depth = 2'000;              ///< steps of one schedule
  std::uint32_t violations = 20;            ///< after which it gives up
  std::chrono::duration<double> time{1e9};  ///< after which no further schedule is begun
};

/// What was done, and what was found wrong.
struct ParanoidReport {
  std::uint64_t walks = 0;
  std::uint64_t steps = 0;         ///< of random schedules, each taken twice
  std::uint64_t pairs = 0;         ///< of steps that could happen next, by different actors
  std::uint64_t diamonds = 0;      ///< of these, called independent and taken in both orders
  std::uint64_t keys_apart = 0;    ///< diamonds whose ends had different keys: costs, not errors
  std::uint64_t hash_matches = 0;  ///< states of equal key, reached in different ways
  bool out_of_time = false;
  std::vector<std::string> violations;  ///< in words
  bool ok() const { return violations.empty(); }
};

/// Whether two touches of one object conflict. Other than analysis/explore/dependency.hpp only in
/// tests of this check.
using Dependence = std::function<bool(const core::Touch&, const core::Touch&, Sequence)>;

ParanoidReport check_paranoid(Subject& subject, const ExecutionOptions& options,
                              const ParanoidLimits& limits, const Dependence& depends = {});

}  // namespace fencelab::analysis
