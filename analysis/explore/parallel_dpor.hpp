// Prover A on several processes. Verdict, counts, dead states and their schedules are those of a
// search that is alone, whatever the timing; only a budget of time makes a difference when it ends.
#pragma once

#include "analysis/explore/subtree_parts.hpp"
#include "analysis/explore/worker_desk.hpp"

namespace fencelab::analysis {

class ParallelDpor {
 public:
  /// Of `limits` only time and steps after the first dead state; the others must be the defaults.
  ParallelDpor(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits,
               WorkerDesk& desk, const ParallelTuning& tuning = {});
  ~ParallelDpor();

  /// Called now and then: others may give work to the same workers.
  using EachRound = std::function<void()>;
  Exploration run(const EachRound& each_round);
  /// Steps taken and taken again so far.
  std::uint64_t steps() const { return result_.steps + result_.replayed; }

 private:
  bool explore_alone();
  bool explore_together(const EachRound& each_round);
  bool is_over();
  bool is_ending() const;
  bool stops_after_dead() const {
    return limits_.steps_after_dead != ExploreLimits{}.steps_after_dead;
  }
  bool is_done() const;
  void begin_again();
  void hand_out();
  Part* first_ready(Part& part);
  void make_more(std::size_t wanted);
  void start(Part& part, std::size_t worker);
  void take_in(Part& part, std::size_t known_actors, const Workers::Answer& answer);
  void settle_above(Part& changed);
  void settle_whole();
  bool commit();
  bool give_numbers();
  void add(PartWork& work);
  void add_everything(Part& part);
  std::optional<StepSeen> look(const std::vector<DporNode>& path, bool may_number);

  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  WorkerDesk& desk_;
  ParallelTuning tuning_;
  SearchClock clock_{limits_};
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  Exploration result_;
  Part whole_;
  bool may_call_ = true;  ///< workers
  Rivals rivals_;
  FoundBefore found_before_;
  bool met_rivals_ = false;  ///< it has to begin anew
  LookAtStep look_ = [this](const std::vector<DporNode>& path, bool may_number) {
    return look(path, may_number);
  };
};

/// A dead state with everything about it, from its key and schedule: the schedule is followed.
DeadState complete(Subject& subject, const ExecutionOptions& options, const DeadState& dead);

}  // namespace fencelab::analysis
