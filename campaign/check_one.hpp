// One check: a scenario under a stack with a seed, at the strength that is asked for or, if that is
// not to be had, the strongest that is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "analysis/lockdep/order_watch.hpp"
#include "campaign/check_record.hpp"
#include "campaign/transport/helpers.hpp"
#include "core/untimed.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// When recovery timers may fire in explored schedules. Timed runs have a clock and do not care.
enum class TimerPolicy : std::uint8_t {
  never,      ///< what a timer would rescue counts as stuck
  quiescent,  ///< only when nothing else can run
  any,        ///< at any point
};

std::string_view to_string(TimerPolicy timers);
core::TimerMode mode_of(TimerPolicy timers);

struct CheckOptions {
  Strength strength = Strength::observed;                      ///< asked for
  std::chrono::milliseconds budget{std::chrono::seconds(60)};  ///< wall time; stop by yourself
  TimerPolicy timers = TimerPolicy::never;
  bool paranoid =
      false;  ///< also sample whether what proofs rest on holds (analysis/explore/paranoid)
  /// Steps of exploration, taken anew or again; what they allow is the same on every machine.
  std::optional<std::uint64_t> steps_max;
  analysis::FenceClasses fences = analysis::FenceClasses::each;  ///< for what is predicted
  bool counterexamples = true;  ///< make schedules short and say them; off where nobody reads them
  std::optional<std::uint32_t> preemptions;  ///< bound on preemptive switches; none: unbounded
  HelperSource helpers;  ///< who may help; changes no result, unless the budget ends it
};

/// Strengths that check_one() can reach in this program, weakest first.
const std::vector<Strength>& strengths_built_in();

/// Checks in this process (see check_all.hpp for isolation). Throws InternalError on our own
/// mistakes. `wall_seconds` is filled in by the caller.
///
/// A strength that is not reached is said, never claimed: `strength` is what was reached and
/// `shortfall` says why it is no more.
CheckRecord check_one(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                      std::uint64_t seed, const CheckOptions& options);

}  // namespace fencelab::campaign
