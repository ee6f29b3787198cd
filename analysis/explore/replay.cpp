#include "analysis/explore/replay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace fencelab::analysis {
namespace {

std::string name_of(const std::string& process, const std::string& operation,
                    const std::optional<std::string>& choice = {}) {
  return fmt::format("{}.{}{}{}", process, operation, choice ? "=" : "", choice.value_or(""));
}

/// Where the process is instead, for a step that none of `enabled` is.
std::string instead(Stepper& stepper, const std::vector<EnabledStep>& enabled,
                    const std::string& process) {
  std::string others;
  for (const EnabledStep& step : enabled)
    if (step.process == process)
      others += (others.empty() ? "" : " or ") + name_of(process, step.operation);
  if (!others.empty()) return "process is at " + others;
  const std::string where = stepper.whereabouts(process);
  return where.empty() ? fmt::format("there is no process {}", process) : "process is " + where;
}

/// Index of the alternative that the schedule names; nothing, with the reason in `problem`.
std::optional<std::size_t> choose(const EnabledStep& step, const ScheduleStep& wanted,
                                  std::string& problem) {
  const auto& names = step.alternatives;
  if (!wanted.choice) {
    if (names.size() <= 1) return 0;
    problem = fmt::format("the schedule does not say which of {}", fmt::join(names, ", "));
    return std::nullopt;
  }
  const auto found = std::find(names.begin(), names.end(), *wanted.choice);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  problem = names.empty() ? std::string("there is nothing to choose any more")
                          : fmt::format("the alternatives are {}", fmt::join(names, ", "));
  return std::nullopt;
}

}  // namespace

ReplayResult replay(Stepper& stepper, const std::vector<ScheduleStep>& schedule) {
  ReplayResult result;
  for (const ScheduleStep& wanted : schedule) {
    const auto fail = [&](const std::string& what) {
      result.mismatch = fmt::format("step {}: expected {}, {}", result.taken.size() + 1,
                                    name_of(wanted.process, wanted.operation, wanted.choice), what);
    };
    const std::vector<EnabledStep> enabled = stepper.enabled();
    const auto found = std::find_if(enabled.begin(), enabled.end(), [&](const EnabledStep& step) {
      return step.process == wanted.process && step.operation == wanted.operation;
    });
    if (found == enabled.end()) {
      fail(instead(stepper, enabled, wanted.process));
      break;
    }
    std::string problem;
    const auto alternative = choose(*found, wanted, problem);
    if (!alternative) {
      fail(problem);
      break;
    }
    TakenStep taken{wanted.process, wanted.operation, wanted.choice.value_or(""), found->place, ""};
    taken.note = stepper.take(static_cast<std::size_t>(found - enabled.begin()), *alternative);
    result.taken.push_back(std::move(taken));
  }
  result.finished = stepper.finished();
  result.stuck_for_good = stepper.stuck_for_good();
  result.stuck = !result.finished && stepper.enabled().empty();
  return result;
}

}  // namespace fencelab::analysis
