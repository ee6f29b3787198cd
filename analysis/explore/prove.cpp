#include "analysis/explore/prove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/near_first.hpp"
#include "analysis/explore/parallel_dpor.hpp"
#include "analysis/explore/random_walk.hpp"
#include "analysis/explore/side_search.hpp"
#include "analysis/explore/state_search.hpp"
#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

using Seconds = std::chrono::duration<double>;

class Portfolio {
 public:
  Portfolio(Subject& subject, const ProofOptions& options) : subject_(subject), options_(options) {}

  Proof run() {
    if (options_.preemptions) return run_bounded();
    const Exploration a = run_a();
    take_in(a, "A");
    if (a.exhausted) {
      // A second opinion, if it is cheap; counted in steps, so that it is asked on every machine.
      ExploreLimits second = limits(1.0);
      second.steps_after_dead = kStepsAfterDead;
      second.steps = steps_for_second(a.steps + a.replayed);
      const Exploration b = run_b(second);
      if (b.exhausted) compare(a, b);
    } else if (proof_.dead.empty() && look_near(a)) {
      proof_.bounds_hit = bounds_of(a, "prover A");
    } else if (proof_.dead.empty()) {
      const Exploration b = run_b(limits(0.6));
      take_in(b, "B");
      if (!b.exhausted) {
        proof_.bounds_hit = bounds_of(a, "prover A");
        for (std::string& bound : bounds_of(b, "prover B"))
          proof_.bounds_hit.push_back(std::move(bound));
        if (proof_.dead.empty()) walk();
      }
    } else {
      proof_.bounds_hit = bounds_of(a, "prover A");
    }
    if (!proof_.dead.empty())
      proof_.outcome = ProofOutcome::dead;
    else if (proof_.exhausted)
      proof_.outcome = ProofOutcome::free;
    return std::move(proof_);
  }

 private:
  Exploration run_a() {
    const ExploreLimits first = limits(0.5);
    // A bound on all steps must be hit at the same one, however many could help: alone.
    if (!options_.workers || options_.steps_max)
      return explore_dpor(subject_, options_.execution, first);
    desk_.emplace(*options_.workers);
    side_.emplace(subject_, *desk_, kStepsAfterDead);
    ParallelDpor a(subject_, options_.execution, first, *desk_, options_.tuning);
    return a.run([&] { side_->go_on(steps_for_second(a.steps())); });
  }

  // Where A has lost its way: whether somebody is stuck near where it began.
  bool look_near(const Exploration& a) {
    Exploration near;
    near.depth = a.depth;
    NearFirst(subject_, options_.execution, limits(0.5)).look(near);
    take_in(near, "A");
    return near.found_deadlock();
  }

  // What B has done on a worker meanwhile counts if it is what it would find now.
  Exploration run_b(const ExploreLimits& limits) {
    auto b = side_ ? side_->finish(limits.steps, limits.time) : std::nullopt;
    if (!b) return explore_states(subject_, options_.execution, limits);
    for (auto& [key, dead] : b->dead) dead = complete(subject_, options_.execution, dead);
    return std::move(*b);
  }

  static std::uint64_t steps_for_second(std::uint64_t steps) { return kStepsForSecond + 4 * steps; }

  Proof run_bounded() {
    ExploreLimits limits = this->limits(1.0);
    limits.preemptions = options_.preemptions;
    const Exploration b = explore_states(subject_, options_.execution, limits);
    take_in(b, "B");
    proof_.bounds_hit = bounds_of(b, "prover B");
    const bool all = b.exhausted && b.preemptions_cut == 0;
    if (!all && b.exhausted)
      proof_.bounds_hit.push_back(fmt::format("at most {} preemptions: {} switches were not tried",
                                              *options_.preemptions, b.preemptions_cut));
    proof_.exhausted = all;
    if (!proof_.dead.empty())
      proof_.outcome = ProofOutcome::dead;
    else if (b.exhausted)
      proof_.outcome = all ? ProofOutcome::free : ProofOutcome::bounded;
    return std::move(proof_);
  }

  Seconds elapsed() const { return std::chrono::steady_clock::now() - begun_; }

  /// Limits for a part of what is left of the budget.
  ExploreLimits limits(double part) const {
    ExploreLimits limits;
    limits.time = std::max(options_.budget - elapsed(), Seconds(0.0)) * part;
    limits.steps_after_dead = kStepsAfterDead;
    if (!options_.steps_max) return limits;
    // Then nothing may end by the clock unless the whole budget does.
    const double left =
        static_cast<double>(*options_.steps_max - std::min(*options_.steps_max, proof_.steps));
    limits.time = std::max(options_.budget - elapsed(), Seconds(0.0));
    limits.steps = static_cast<std::uint64_t>(left * part);
    limits.steps_after_dead = *options_.steps_max / 10;
    return limits;
  }

  void take_in(const Exploration& part, const char* prover) {
    proof_.executions += part.executions;
    proof_.blocked += part.blocked;
    proof_.states += part.states;
    proof_.steps += part.steps + part.replayed;
    proof_.depth = std::max(proof_.depth, part.depth);
    proof_.dead.insert(part.dead.begin(), part.dead.end());
    if (!part.exhausted) return;
    proof_.exhausted = true;
    proof_.finished_by = prover;
  }

  void compare(const Exploration& a, const Exploration& b) {
    const auto same_key = [](const auto& left, const auto& right) {
      return left.first == right.first;
    };
    const bool same = a.dead.size() == b.dead.size() &&
                      std::equal(a.dead.begin(), a.dead.end(), b.dead.begin(), same_key);
    FENCELAB_ASSERT(same, "provers disagree: A found {} dead states, B {}", a.dead.size(),
                    b.dead.size());
    proof_.states += b.states;
    proof_.finished_by = "A and B";
  }

  static std::vector<std::string> bounds_of(const Exploration& part, const char* prover) {
    std::vector<std::string> bounds;
    if (part.out_of_steps)
      bounds.push_back(fmt::format("{}: {} steps", prover, part.steps + part.replayed));
    else if (part.out_of_time)
      bounds.push_back(fmt::format("{}: out of time", prover));
    if (part.bound_hits > 0)
      bounds.push_back(fmt::format(
          "{}: {} executions cut (longest: {} steps; more than {} actors are not followed)", prover,
          part.bound_hits, part.depth, ActorSet::kCapacity));
    if (part.inconclusive > 0)
      bounds.push_back(fmt::format("{}: {} executions end with services that go round", prover,
                                   part.inconclusive));
    return bounds;
  }

  // Nobody could finish: at least look in odd corners.
  void walk() {
    ExploreLimits limits = this->limits(1.0);
    limits.stop_at_first = true;
    const Exploration walked =
        explore_randomly(subject_, options_.execution, limits, {.executions = kWalks});
    take_in(walked, "");
    proof_.random_executions = walked.executions;
    proof_.exhausted = false;
  }

  /// One dead state answers the question; a little more may find others. In steps, so that it finds
  /// the same on every machine.
  static constexpr std::uint64_t kStepsAfterDead = 500'000;
  static constexpr std::uint64_t kStepsForSecond = 100'000;
  static constexpr std::uint64_t kWalks = 100'000;
  Subject& subject_;
  ProofOptions options_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  Proof proof_;
  std::optional<WorkerDesk> desk_;
  std::optional<SideSearch> side_;
};

}  // namespace

Proof prove(Subject& subject, const ProofOptions& options) {
  return Portfolio(subject, options).run();
}

}  // namespace fencelab::analysis
