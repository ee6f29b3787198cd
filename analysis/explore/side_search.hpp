// Prover B beside prover A, on a worker: as far ahead as A allows, so that it is there when A is
// done.
#pragma once

#include "analysis/explore/search_messages.hpp"
#include "analysis/explore/worker_desk.hpp"

namespace fencelab::analysis {

class SideSearch {
 public:
  SideSearch(Subject& subject, WorkerDesk& desk, std::uint64_t steps_after_dead)
      : subject_(subject), desk_(desk), steps_after_dead_(steps_after_dead) {}
  ~SideSearch() { desk_.forget(this); }
  SideSearch(const SideSearch&) = delete;
  SideSearch& operator=(const SideSearch&) = delete;

  /// Lets it take so many steps in all, if its worker is free. Does not wait.
  void go_on(std::uint64_t steps);
  /// Goes on to so many steps, waiting. What came of it is what a search in this process, begun
  /// now, would find in fewer steps; nothing if there is no telling.
  std::optional<Exploration> finish(std::uint64_t steps, std::chrono::duration<double> time);

 private:
  std::uint64_t steps() const { return result_.work.steps + result_.work.replayed; }
  bool may_go_on(std::uint64_t steps) const;

  Subject& subject_;
  WorkerDesk& desk_;
  std::uint64_t steps_after_dead_;
  std::optional<std::size_t> worker_;  ///< where its states are
  bool is_lost_ = false;
  StatesResult result_;
};

}  // namespace fencelab::analysis
