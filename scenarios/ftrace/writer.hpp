// Writes the scenario of a planned replay.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "scenarios/ftrace/clients.hpp"
#include "scenarios/ftrace/displays.hpp"
#include "scenarios/ftrace/jobs.hpp"
#include "scenarios/ftrace/plan.hpp"
#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

/// Everything that is known when a scenario is written.
struct Replay {
  const Recording& recording;
  const Jobs& jobs;
  const Clients& clients;
  const Plan& plan;
  const Screens& screens;
};

/// Instant of the recording that is zero in the replay: vblanks of the first screen are vblanks
/// there, too.
std::int64_t origin_of(const Replay& replay);

/// Adds platform, timelines, displays and processes to `scenario`, and the horizon.
void write_replay(const Replay& replay, nlohmann::ordered_json& scenario);

}  // namespace fencelab::scenarios::ftrace
