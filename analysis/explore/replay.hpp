// Replays a schedule on something that can be stepped, by names, and says where it stops fitting.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/explore/schedule.hpp"

namespace fencelab::analysis {

/// A step that could be taken next.
struct EnabledStep {
  std::string process, operation;
  std::vector<std::string> alternatives;  ///< names; empty: nothing to choose
  std::string place;                      ///< "file:line" of the operation; may be empty
};

/// A run of which each step is decided from outside. Its implementation is the explorer's.
class Stepper {
 public:
  virtual ~Stepper() = default;
  /// What can be taken now; empty when nobody can go on.
  virtual std::vector<EnabledStep> enabled() = 0;
  /// Takes enabled()[step] with that alternative (0 when there is nothing to choose). What came of
  /// it, in a few words, or nothing.
  virtual std::string take(std::size_t step, std::size_t alternative) = 0;
  /// Whether every process has run its program.
  virtual bool finished() = 0;
  /// Who can never go on, whatever the others do; empty also if that is not known.
  virtual std::vector<std::string> stuck_for_good() { return {}; }
  /// Where a process is that cannot step: "blocked at lock(notifier)", "at its end"; empty if there
  /// is no process of that name.
  virtual std::string whereabouts(const std::string& process) = 0;
};

/// Where a schedule no longer fits, and what was done about it.
struct Misfit {
  enum class Remedy : std::uint8_t {
    skipped,   ///< the step was left out
    renamed,   ///< another process, or another name in the operation, was taken for it
    inserted,  ///< the process went through an operation that the schedule does not know
  };
  std::size_t step = 0;  ///< of the schedule, from 0
  Remedy remedy = Remedy::skipped;
  std::string text;  ///< "step 7: expected user0.choose, process is at ...; left out"
};

/// How far a schedule went.
struct ReplayResult {
  std::vector<TakenStep> taken;
  std::vector<Misfit> misfits;              ///< in order; empty: every step fits
  bool finished = false;                    ///< nothing was left to do when the schedule was over
  bool stuck = false;                       ///< something was left to do, and nobody could
  std::vector<std::string> stuck_for_good;  ///< who can never go on, although others may
  bool fits() const { return misfits.empty(); }
};

/// Takes the steps of `schedule` one after the other. Processes that it does not name do not run.
///
/// Where a step is not possible, the schedule is fitted as far as that can be told apart: a process
/// that is not there is taken to be the only unnamed one that is at the same operation; an
/// operation that the schedule does not know of a process is gone through; what remains is left
/// out. Each of these is said.
ReplayResult replay(Stepper& stepper, const std::vector<ScheduleStep>& schedule);

/// "submit: ask for ww_mutex dma_resv of a" without the names in it: "submit: ask for ww_mutex".
std::string operation_shape(const std::string& operation);

}  // namespace fencelab::analysis
