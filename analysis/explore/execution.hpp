// One life of a subject under control, step by step.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "analysis/explore/subject.hpp"
#include "core/choice.hpp"
#include "core/footprint.hpp"

namespace fencelab::analysis {

/// A choice made within a step: answer number `taken` of `alternatives`, counted from the model's
/// preference, which is 0.
struct ChoiceTaken {
  std::uint32_t taken = 0;
  std::uint32_t alternatives = 1;
  std::string_view what;    ///< a literal
  std::uint32_t first = 0;  ///< the answer that was tried first; the others follow, round about
  bool is_last() const { return (taken + 1) % alternatives == first; }
};

class Rivals;

struct ExecutionOptions {
  std::uint64_t seed = 1;  ///< of the workload, not of the schedule
  core::TimerMode timers = core::TimerMode::never;
  /// Whose ww tickets are compared, and are added to that; nullptr: anybody's, with everybody's.
  Rivals* rivals = nullptr;
};

class Execution {
 public:
  Execution(Subject& subject, const ExecutionOptions& options);
  ~Execution();
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  /// What can happen next, in order of actors' creation.
  const std::vector<core::Step>& steps();
  /// The step of `actor`, if it can act.
  const core::Step* find(std::uint32_t actor);
  /// Takes a step. Choices in it are answered from `answers`, beyond those by the preference. The
  /// footprint is valid until the next step.
  const core::Footprint& take(const core::Step& step, std::span<const ChoiceTaken> answers = {});
  /// The same for a step that was taken at this place of an equal schedule before: it need not be
  /// looked for.
  const core::Footprint& take_again(const core::Step& step,
                                    std::span<const ChoiceTaken> answers = {});
  /// The same with every choice drawn from `random`.
  const core::Footprint& take_randomly(const core::Step& step, std::mt19937_64& random);
  /// Choices made in the last step.
  const std::vector<ChoiceTaken>& choices() const { return chooser_.made; }
  /// Their answers in words: a name where the model gives one, else their number. Only after
  /// name_choices(): provers have no use for them.
  const std::vector<std::string>& choice_names() const { return chooser_.names; }
  void name_choices() { chooser_.names_wanted = true; }
  /// From its ninth question on a process gets no longer the preference where `answers` end, but
  /// now this answer and now that: one that always takes the same may try again for ever.
  void vary_answers() { chooser_.varies = true; }

  const core::Simulation& simulation() const { return *simulation_; }
  core::Simulation& simulation() { return *simulation_; }
  SubjectRun& run() { return *run_; }
  /// Whether nothing is left to be done; then nothing can be stuck.
  bool is_settled() { return run_->is_settled(*simulation_); }
  std::uint64_t progress() { return run_->progress(*simulation_); }
  core::WaitGraph snapshot();

 private:
  struct Chooser final : core::Choice {
    std::span<const ChoiceTaken> answers;
    std::vector<ChoiceTaken> made;
    std::vector<std::string> names;
    bool names_wanted = false;
    bool varies = false;
    std::vector<std::uint32_t> asked;  ///< by process: how many questions so far
    std::mt19937_64* random = nullptr;
    std::uint32_t choose(const core::ChoicePoint& point) override;
    std::uint32_t first_answer(const core::ChoicePoint& point);
  };
  Subject& subject_;
  std::unique_ptr<ExecutionMemory> memory_;
  Chooser chooser_;
  std::optional<core::Simulation> simulation_;
  std::unique_ptr<SubjectRun> run_;
  bool knows_steps_ = false;  ///< what can happen next has been worked out
};

}  // namespace fencelab::analysis
