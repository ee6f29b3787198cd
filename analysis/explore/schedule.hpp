// A schedule: who did what, in order. Names, never numbers, so that it fits again after an
// unrelated change.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fencelab::analysis {

/// What a schedule prescribes for one step.
struct ScheduleStep {
  std::string process;                ///< as in reports, e.g. "renderer.0/submit"
  std::string operation;              ///< its visible operation, e.g. "lock(notifier)"
  std::optional<std::string> choice;  ///< which alternative, where the operation has some
  bool operator==(const ScheduleStep&) const = default;
};

/// A step that was carried out, with what is shown of it.
struct TakenStep {
  std::string process, operation;
  std::string choice;    ///< empty: there was nothing to choose
  std::string place;     ///< "file:line" of the operation; may be empty
  std::string note;      ///< what came of it, e.g. "blocked", "no way out from here"; may be empty
  std::string question;  ///< what was chosen: "eviction victim, 1 of 2"; may be empty
};

/// What prescribes just these steps.
std::vector<ScheduleStep> schedule_of(const std::vector<TakenStep>& steps);

}  // namespace fencelab::analysis
