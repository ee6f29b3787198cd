// One run: a scenario under a stack with a seed, from nothing to a record.
#pragma once

#include "analysis/trace/trace_options.hpp"
#include "campaign/heartbeat.hpp"
#include "campaign/predict_run.hpp"
#include "campaign/run_record.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// What a run tells while it is at work.
struct RunTelling {
  analysis::TraceOptions trace{};  ///< of what happens in it
  Heartbeat* heartbeat = nullptr;  ///< how far it has got; null: nobody asks
};

/// More than a run of an hour on the clock; against scenarios that ask for too much.
inline constexpr std::uint64_t kMaxEvents = 10'000'000'000;

/// Runs to completion, quiescence or the horizon, in this process. A run of more than `events_max`
/// events of the event kernel is stopped: its status is `overdue`, and the rest of it is empty.
/// Throws InternalError on our own mistakes. At most one run of a process may use shared hardware;
/// see run_all.hpp. `predicted`, if given, takes what the run's order of events foretells.
/// `telling` changes nothing but RunRecord::trace_error.
RunRecord run_one(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                  std::uint64_t seed, PredictedRun* predicted = nullptr,
                  const RunTelling& telling = {}, std::uint64_t events_max = kMaxEvents);

/// "version commit build-type compiler sanitizers", with a word when it is no release build.
std::string build_description();

}  // namespace fencelab::campaign
