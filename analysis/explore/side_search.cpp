#include "analysis/explore/side_search.hpp"

#include <algorithm>

namespace fencelab::analysis {

namespace {

/// In one go: then its worker can be asked for something else.
constexpr std::uint64_t kStepsPerTask = 100'000;
constexpr std::chrono::duration<double> kPatience{0.02};

}  // namespace

bool SideSearch::may_go_on(std::uint64_t most) const {
  return !is_lost_ && !result_.is_done && steps() < most;
}

void SideSearch::go_on(std::uint64_t most) {
  if (!may_go_on(most)) return;
  StatesTask task;
  if (!worker_) {
    if (desk_.idle_count() < 2) return;  // one is for the other prover
    worker_ = desk_.idle();
    task.is_first = true;
    task.actors = subject_.actors().names();
  }
  if (!desk_.is_idle(*worker_)) return;
  task.limits.steps = std::min(most, steps() + kStepsPerTask);
  task.limits.steps_after_dead = steps_after_dead_;
  desk_.give(*worker_, to_bytes(task), this, [this](const Workers::Answer& answer) {
    is_lost_ = answer.is_lost;
    if (!is_lost_) result_ = states_result(answer.bytes);
  });
}

std::optional<Exploration> SideSearch::finish(std::uint64_t most,
                                              std::chrono::duration<double> time) {
  if (!worker_) return std::nullopt;
  const auto begun = std::chrono::steady_clock::now();
  bool out_of_time = false;
  while (may_go_on(most) && !out_of_time) {
    go_on(most);
    desk_.wait(kPatience);
    out_of_time = std::chrono::steady_clock::now() - begun > time;
  }
  // It knew fewer actors when it began: what it met since may have other numbers now.
  if (is_lost_ || !agree(result_.actors, subject_.actors().names())) return std::nullopt;
  Exploration work = result_.work;
  // A bound on steps is hit before the last look.
  if (steps() >= most) work.exhausted = false, work.out_of_steps = true;
  work.out_of_time = work.out_of_steps || (out_of_time && !result_.is_done);
  return work;
}

}  // namespace fencelab::analysis
