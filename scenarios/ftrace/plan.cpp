#include "scenarios/ftrace/plan.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "models/gpu/credits.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

/// Scheduler threads and interrupts take this long to go on with a job whose time has come.
constexpr std::int64_t kExplainedWithinNs = 200'000;
/// A job that begins so soon after the end of another may have waited for it (amdgpu: about 10 us).
constexpr std::int64_t kInferredWithinNs = 50'000;

/// Submissions of several threads within this time may be in any order.
constexpr std::int64_t kSameInstantNs = 1'000;

/// What of a job the recurrence needs.
struct State {
  std::int64_t entry_ns = 0;  ///< recorded: when it came to the hardware, in the ring's order
  std::int64_t ready_ns = 0, run_ns = 0;  ///< of the replay: dependencies are done, in the ring
  std::size_t place = 0;                  ///< on its ring
  bool planned = false;
};

/// Adds up how much of time intervals cover that come about in the order of their ends.
class Coverage {
 public:
  /// Nanoseconds of [from, to] that nobody had before.
  std::int64_t add(std::int64_t from, std::int64_t to) {
    std::int64_t fresh = to - from;
    Interval merged{from, to};
    std::vector<Interval> later;
    while (!covered_.empty() && covered_.back().to >= from) {
      const Interval known = covered_.back();
      covered_.pop_back();
      if (known.from > to) {
        later.push_back(known);
        continue;
      }
      fresh -= std::min(known.to, to) - std::max(known.from, from);
      merged = {std::min(merged.from, known.from), std::max(merged.to, known.to)};
    }
    covered_.push_back(merged);
    covered_.insert(covered_.end(), later.rbegin(), later.rend());
    return fresh;
  }

 private:
  std::vector<Interval> covered_;  // apart from each other, sorted
};

class Planner {
 public:
  Planner(const Recording& recording, const Jobs& jobs, const Clients& clients)
      : recording_(recording), jobs_(jobs.jobs), clients_(clients), states_(jobs.jobs.size()) {
    plan_.jobs.resize(jobs_.size());
    rings_.resize(recording.rings.size());
    newest_of_entity_.assign(clients.entities, kNothing);
  }

  Plan plan() {
    find_gpus();
    for (std::uint32_t i = 0; i < jobs_.size(); ++i) rings_[jobs_[i].ring].push_back(i);
    ring_credits_.assign(rings_.size(), 1);
    for (std::uint32_t ring = 0; ring < rings_.size(); ++ring)
      if (!rings_[ring].empty()) order_ring(ring);
    std::vector<std::uint32_t> order(jobs_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::tuple(states_[a].entry_ns, jobs_[a].ended_ns, a) <
             std::tuple(states_[b].entry_ns, jobs_[b].ended_ns, b);
    });
    for (const std::uint32_t job : order) place(job);
    return std::move(plan_);
  }

 private:
  void find_gpus() {
    std::map<std::pair<Driver, std::string>, std::uint32_t> known;
    plan_.gpu_of_ring.assign(recording_.rings.size(), kNothing);
    std::vector<bool> used(recording_.rings.size());
    for (const Job& job : jobs_) used[job.ring] = true;
    for (std::uint32_t i = 0; i < recording_.rings.size(); ++i) {
      if (!used[i]) continue;
      const Ring& ring = recording_.rings[i];
      const auto next = static_cast<std::uint32_t>(known.size());
      plan_.gpu_of_ring[i] = known.emplace(std::pair(ring.driver, ring.device), next).first->second;
    }
    plan_.credits.assign(known.size(), 1);
  }

  // The order of a ring is that of the ends. A job that came earlier than one that ends before it
  // comes right after that one here.
  void order_ring(std::uint32_t ring) {
    auto& jobs = rings_[ring];
    std::stable_sort(jobs.begin(), jobs.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(jobs_[a].ended_ns, jobs_[a].began_ns()) <
             std::pair(jobs_[b].ended_ns, jobs_[b].began_ns());
    });
    Coverage coverage;
    std::size_t done = 0, most = 1;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const Job& job = jobs_[jobs[i]];
      State& state = states_[jobs[i]];
      state.place = i;
      state.entry_ns = job.began_ns();
      if (i > 0) {
        if (job.began_ns() < jobs_[jobs[i - 1]].began_ns()) ++plan_.reordered;
        state.entry_ns = std::max(state.entry_ns, states_[jobs[i - 1]].entry_ns + 1);
      }
      while (done < i && jobs_[jobs[done]].ended_ns <= state.entry_ns) ++done;
      most = std::max(most, i - done + 1);
      std::int64_t alone = 0;
      for (const Interval& run : job.runs) alone += coverage.add(run.from, run.to);
      plan_.jobs[jobs[i]].duration_ns = std::max<std::int64_t>(alone, 1);
    }
    const auto credits =
        static_cast<std::uint32_t>(std::min<std::size_t>(most, models::Credits::kMost));
    ring_credits_[ring] = credits;
    std::uint32_t& of_gpu = plan_.credits[plan_.gpu_of_ring[ring]];
    of_gpu = std::max(of_gpu, credits);
  }

  bool is_foreign(std::uint32_t job, std::uint32_t other) const {
    return clients_.of_job[job] != clients_.of_job[other];
  }

  // A job of the same scheduler only has to be in the ring before.
  bool ring_keeps(std::uint32_t job, std::uint32_t other) const {
    return jobs_[job].ring == jobs_[other].ring && !is_foreign(job, other);
  }

  void choose_dependencies(std::uint32_t index) {
    for (const std::uint32_t other : jobs_[index].depends) {
      const bool before =
          states_[other].planned &&
          (ring_keeps(index, other) || jobs_[other].ended_ns <= states_[index].entry_ns);
      if (before)
        plan_.jobs[index].after.push_back(other);
      else
        ++plan_.dependencies_left_out;
    }
  }

  // The job of the same ring whose end makes room for this one.
  std::uint32_t makes_room(std::uint32_t index, std::uint32_t credits) const {
    const std::size_t place = states_[index].place;
    return place < credits ? kNothing : rings_[jobs_[index].ring][place - credits];
  }

  // Whether the recording says why the job did not begin earlier.
  bool is_explained(std::uint32_t index, std::int64_t queued_ns) const {
    std::int64_t earliest = queued_ns;
    const std::uint32_t before = newest_of_entity_[clients_.of_entity[index]];
    if (before != kNothing) earliest = std::max(earliest, states_[before].entry_ns);
    for (const std::uint32_t other : plan_.jobs[index].after)
      earliest = std::max(
          earliest, ring_keeps(index, other) ? states_[other].entry_ns : jobs_[other].ended_ns);
    const std::uint32_t room = makes_room(index, ring_credits_[jobs_[index].ring]);
    if (room != kNothing) earliest = std::max(earliest, jobs_[room].ended_ns);
    return states_[index].entry_ns - earliest <= kExplainedWithinNs;
  }

  // The job of another ring of the same process that ended right before this one began.
  std::uint32_t guess_dependency(std::uint32_t index, std::int64_t queued_ns) const {
    const std::int64_t entry = states_[index].entry_ns;
    std::uint32_t best = kNothing;
    for (std::uint32_t ring = 0; ring < rings_.size(); ++ring) {
      if (ring == jobs_[index].ring) continue;
      const auto& jobs = rings_[ring];
      auto next = std::upper_bound(
          jobs.begin(), jobs.end(), entry,
          [this](std::int64_t ns, std::uint32_t job) { return ns < jobs_[job].ended_ns; });
      for (; next != jobs.begin(); --next) {
        const std::uint32_t job = *(next - 1);
        if (jobs_[job].ended_ns <= std::max(queued_ns, entry - kInferredWithinNs)) break;
        if (is_foreign(index, job) || !states_[job].planned) continue;
        if (best == kNothing || jobs_[job].ended_ns > jobs_[best].ended_ns) best = job;
        break;
      }
    }
    return best;
  }

  // When the replay has it ready and in the ring, if it is submitted at `submit_ns`.
  void compute(std::uint32_t index, std::int64_t submit_ns) {
    PlannedJob& planned = plan_.jobs[index];
    State& state = states_[index];
    const std::uint32_t before = newest_of_entity_[clients_.of_entity[index]];
    planned.submit_ns = submit_ns;
    if (before != kNothing)  // a thread does one thing after another anyway
      planned.submit_ns =
          std::max(submit_ns, plan_.jobs[before].submit_ns +
                                  (jobs_[before].task == jobs_[index].task ? 0 : 1));
    for (const std::uint32_t other : planned.after)
      if (is_foreign(index, other))  // there is no fence to wait for before
        planned.submit_ns = std::max(planned.submit_ns, plan_.jobs[other].submit_ns + 1);
    state.ready_ns = planned.submit_ns;
    if (before != kNothing) state.ready_ns = std::max(state.ready_ns, states_[before].run_ns);
    for (const std::uint32_t other : planned.after)
      state.ready_ns =
          std::max(state.ready_ns,
                   ring_keeps(index, other) ? states_[other].run_ns : plan_.jobs[other].end_ns);
    state.run_ns = state.ready_ns;
    const std::uint32_t room =
        makes_room(index, plan_.credits[plan_.gpu_of_ring[jobs_[index].ring]]);
    if (room != kNothing) state.run_ns = std::max(state.run_ns, plan_.jobs[room].end_ns);
  }

  // A job that came to the ring before it, and which it might overtake; kNothing: none.
  std::uint32_t might_overtake(std::uint32_t index) const {
    const auto& jobs = rings_[jobs_[index].ring];
    const State& state = states_[index];
    for (std::size_t place = state.place; place > 0; --place) {
      const std::uint32_t other = jobs[place - 1];
      if (states_[other].run_ns < state.ready_ns) return kNothing;
      // Those of one entity are in order, and so is this one with what was before those.
      if (clients_.of_entity[other] == clients_.of_entity[index]) return kNothing;
      // Of entities whose first job is ready that goes first which was submitted first. One that
      // became ready later was there in time all the same if it waited for room then.
      const bool was_there = states_[other].ready_ns < state.ready_ns ||
                             states_[other].run_ns > states_[other].ready_ns;
      if (!was_there || plan_.jobs[other].submit_ns >= plan_.jobs[index].submit_ns) return other;
    }
    return kNothing;
  }

  // Submits it at `submit_ns`, or right behind those of the same instant that came first. Whether
  // the order of the ring is kept then.
  bool submit_in_turn(std::uint32_t index, std::int64_t submit_ns) {
    const std::int64_t latest = submit_ns + kSameInstantNs;
    for (;;) {
      compute(index, submit_ns);
      const std::uint32_t other = might_overtake(index);
      if (other == kNothing) return true;
      const std::int64_t behind = plan_.jobs[other].submit_ns + 1;
      if (behind <= submit_ns || behind > latest) return false;
      submit_ns = behind;
    }
  }

  void place(std::uint32_t index) {
    State& state = states_[index];
    PlannedJob& planned = plan_.jobs[index];
    const Job& job = jobs_[index];
    choose_dependencies(index);
    const std::int64_t queued_ns =
        job.queued_ns == kUntold ? state.entry_ns : std::min(job.queued_ns, state.entry_ns);
    bool held = !is_explained(index, queued_ns);
    if (held) {
      const std::uint32_t other = guess_dependency(index, queued_ns);
      if (other != kNothing) {
        planned.after.push_back(other);
        planned.inferred = true;
        held = false;
      }
    }
    if (!held && !submit_in_turn(index, queued_ns)) held = true;
    if (held) compute(index, state.entry_ns);
    planned.held = held;
    plan_.held += held ? 1 : 0;
    plan_.inferred += planned.inferred ? 1 : 0;
    finish(index);
  }

  void finish(std::uint32_t index) {
    State& state = states_[index];
    PlannedJob& planned = plan_.jobs[index];
    const auto& jobs = rings_[jobs_[index].ring];
    std::int64_t start = state.run_ns;
    if (state.place > 0) {
      const std::uint32_t before = jobs[state.place - 1];
      state.run_ns = std::max(state.run_ns, states_[before].run_ns);
      start = std::max(state.run_ns, plan_.jobs[before].end_ns);
    }
    planned.end_ns = start + planned.duration_ns;
    plan_.early_ns_max = std::max(plan_.early_ns_max, jobs_[index].ended_ns - planned.end_ns);
    state.planned = true;
    newest_of_entity_[clients_.of_entity[index]] = index;
  }

  const Recording& recording_;
  const std::vector<Job>& jobs_;
  const Clients& clients_;
  Plan plan_;
  std::vector<State> states_;
  std::vector<std::vector<std::uint32_t>> rings_;  // in the order of ends
  std::vector<std::uint32_t> ring_credits_;
  std::vector<std::uint32_t> newest_of_entity_;
};

}  // namespace

Plan plan_replay(const Recording& recording, const Jobs& jobs, const Clients& clients) {
  return Planner(recording, jobs, clients).plan();
}

}  // namespace fencelab::scenarios::ftrace
