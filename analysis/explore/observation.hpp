// What can be seen of a step and of a state without believing what models say they touched: the raw
// material of paranoid checks, in a form that two schedules can be compared by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/explore/execution.hpp"
#include "analysis/explore/exploration.hpp"
#include "analysis/explore/state_hash.hpp"
#include "core/probe.hpp"

namespace fencelab::analysis {

/// What one step did.
struct StepRecord {
  std::uint32_t actor = 0;
  core::Step::Kind kind = core::Step::Kind::run;
  std::vector<core::Touch> touches;
  std::vector<core::ProbeEvent> events;
  std::vector<ChoiceTaken> choices;
  core::Time ended{};
};

/// What an actor is about in some state.
struct ActorRecord {
  std::uint32_t actor = 0;
  std::string name;
  int state = -1;  ///< core::ProcessState; -1: a timer, listed only while it may go off
  bool can_act = false;
  core::Step::Kind kind = core::Step::Kind::run;
  core::Time local_time{}, since{}, deadline{};
  std::uint32_t need = 0;
  std::vector<std::uint64_t> waits_on;  ///< object, threshold and whether it has come, in order
  std::vector<std::uint64_t> holds;     ///< objects, sorted
};

/// A state, seen from outside.
struct StateRecord {
  std::vector<ActorRecord> actors;  ///< by number
  std::uint64_t progress = 0;
  bool settled = false;
};

/// How alike two records must be.
enum class Likeness : std::uint8_t {
  exact,     ///< the same schedule again: everything, in the same order
  equal,     ///< the same schedule from equal states: everything, order within a step aside
  timeless,  ///< likewise, where a process has promised that time does not matter to it
  commuted   ///< one step, before and after one it commutes with
};

/// In words, the first thing that tells the two apart; empty if nothing does.
std::string difference(const StepRecord& first, const StepRecord& second, Likeness likeness);
std::string difference(const StateRecord& first, const StateRecord& second, Likeness likeness);
/// The same for what two commuting steps announced between them. Which of them announces that a
/// lock passes on depends on their order: a request that finds it free, or the release that serves
/// it.
std::string difference_between_pairs(const StepRecord& first_a, const StepRecord& first_b,
                                     const StepRecord& second_a, const StepRecord& second_b);

/// For reports.
std::string describe_touch(const core::Touch& touch);

/// An execution whose steps are recorded.
class ObservedExecution {
 public:
  ObservedExecution(Subject& subject, const ExecutionOptions& options);

  /// Takes the steps of `schedule` without recording them. False: a step cannot be taken.
  bool replay(const Schedule& schedule, std::size_t length);
  /// The step of `actor`, recorded; empty if it cannot act.
  std::optional<StepRecord> take(std::uint32_t actor, std::span<const ChoiceTaken> answers = {});
  StateRecord state();
  /// Who can act, by number.
  std::vector<std::uint32_t> enabled();
  /// The key of the present state.
  std::uint64_t key() const { return hash_.key(); }
  /// Whether a process has promised by now that time does not matter to it.
  bool is_timeless() const { return timeless_; }

 private:
  struct Recorder final : core::ProbeSink {
    void on_event(const core::ProbeEvent& event) override {
      if (recording) events.push_back(event);
    }
    std::vector<core::ProbeEvent> events;
    bool recording = false;
  };
  const core::Footprint& step(const core::Step& step, std::span<const ChoiceTaken> answers);
  Recorder recorder_;  // outlives the simulation
  Execution execution_;
  StateHash hash_;
  bool timeless_ = false;
};

}  // namespace fencelab::analysis
