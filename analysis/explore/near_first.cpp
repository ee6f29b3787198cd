#include "analysis/explore/near_first.hpp"

#include <algorithm>

#include "analysis/explore/dpor_search.hpp"
#include "analysis/explore/random_walk.hpp"

namespace fencelab::analysis {

namespace {

/// Steps of an execution that goes round: many times what ordinary ones have.
constexpr std::uint32_t kLong = 1'000;
/// Some seconds. Each deviation more takes about ten times as many.
constexpr std::uint64_t kStepsAtMost = 10'000'000;
/// Random schedules: a fraction of a second, with many changes of priority. Where it goes round a
/// dead state takes many of the choices to go one way, and few changes hardly meet it.
constexpr std::uint64_t kWalks = 2'000, kWalkedSteps = 150'000;
constexpr std::uint32_t kChanges = 12;

}  // namespace

NearFirst::NearFirst(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits)
    : subject_(subject), options_(options), limits_(limits) {
  limits_.depth = std::min(limits.depth, kLong);
}

void NearFirst::look(Exploration& work) {
  if (has_looked_ || work.depth < kLong || work.found_deadlock()) return;
  has_looked_ = true;
  const std::vector<ActorName> names = subject_.actors().names();
  Exploration seen;
  bool more = look_within(1, seen);
  if (more) walk(seen);
  for (std::uint32_t deviations = 2; more && !seen.found_deadlock(); ++deviations)
    more = look_within(deviations, seen);
  work.steps += seen.steps;
  work.replayed += seen.replayed;
  // Who was met for the first time gets its number when the search itself meets it.
  if (!seen.found_deadlock()) return subject_.actors().assign(names);
  work.dead = std::move(seen.dead);
}

void NearFirst::walk(Exploration& seen) {
  if (!limits_.prefix.empty()) return;  // walks begin at the beginning
  ExploreLimits limits = limits_;
  limits.stop_at_first = true;
  limits.steps = std::min(limits_.steps, kWalkedSteps);
  limits.time = limits_.time / 2;
  const Exploration walked =
      explore_randomly(subject_, options_, limits, {.executions = kWalks, .depth = kChanges});
  seen.steps += walked.steps;
  seen.dead = walked.dead;
}

// Whether to go on with one more.
bool NearFirst::look_within(std::uint32_t deviations, Exploration& seen) {
  limits_.deviations = deviations;
  DporSearch search(subject_, options_, limits_);
  search.begin(state_after(limits_.prefix));
  const std::uint64_t before = seen.steps + seen.replayed;
  const std::uint64_t most = std::min(kStepsAtMost, limits_.steps);
  const bool all = search.run([&](Exploration& work) {
    return work.found_deadlock() || before + work.steps + work.replayed >= most ||
           std::chrono::steady_clock::now() - begun_ > limits_.time / 2;
  });
  const Exploration& work = search.result();
  seen.steps += work.steps;
  seen.replayed += work.replayed;
  seen.dead = work.dead;
  const bool more = work.executions > executions_;
  executions_ = work.executions;
  return all && more && seen.dead.empty();
}

}  // namespace fencelab::analysis
