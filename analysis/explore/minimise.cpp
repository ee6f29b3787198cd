#include "analysis/explore/minimise.hpp"

#include <algorithm>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/trace.hpp"

namespace fencelab::analysis {

namespace {

std::vector<std::string> members_of(const std::vector<Finding>& findings) {
  std::vector<std::string> names;
  for (const Finding& finding : findings)
    for (const Member& member : finding.members) names.push_back(member.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::uint32_t count_switches(const Schedule& schedule) {
  std::uint32_t switches = 0;
  for (std::size_t i = 1; i < schedule.size(); ++i)
    switches += schedule[i].actor != schedule[i - 1].actor;
  return switches;
}

class Minimiser {
 public:
  Minimiser(Subject& subject, const ExecutionOptions& options, const DeadState& dead,
            const ExploreLimits& limits)
      : subject_(subject),
        options_(options),
        limits_(limits),
        wanted_(members_of(dead.findings())) {
    result_.schedule = dead.schedule;
  }

  MinimalSchedule run() {
    cut_tail();
    drop_chunks();
    gather();
    find_critical();
    result_.switches = count_switches(result_.schedule);
    return std::move(result_);
  }

 private:
  // What is stuck stays stuck: the shortest prefix with the same members.
  void cut_tail() {
    std::size_t low = 0, high = result_.schedule.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      const Schedule prefix(result_.schedule.begin(),
                            result_.schedule.begin() + static_cast<std::ptrdiff_t>(middle));
      if (still_stuck(prefix))
        high = middle;
      else
        low = middle + 1;
    }
    result_.schedule.resize(high);
  }

  // Zeller's delta debugging, from halves down to single steps.
  void drop_chunks() {
    for (std::size_t chunk = std::max<std::size_t>(result_.schedule.size() / 2, 1);;) {
      bool dropped = false;
      for (std::size_t at = result_.schedule.size(); at > 0 && result_.runs < kMostRuns;) {
        const std::size_t from = at > chunk ? at - chunk : 0;
        Schedule without = result_.schedule;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(from),
                      without.begin() + static_cast<std::ptrdiff_t>(at));
        if (still_stuck(without)) dropped = true;
        at = std::min(from, result_.schedule.size());
      }
      if (chunk == 1 && (!dropped || result_.runs >= kMostRuns)) return;
      if (chunk > 1) chunk /= 2;
    }
  }

  /// Adopts what of `candidate` can be taken if it leaves the same members stuck.
  bool still_stuck(const Schedule& candidate) {
    ++result_.runs;
    Schedule taken;
    if (stuck_after(subject_, options_, candidate, true, &taken) != wanted_) return false;
    if (taken.size() <= result_.schedule.size()) result_.schedule = std::move(taken);
    return true;
  }

  // The same partial order with fewer switches: whoever acts goes on as long as it may.
  void gather() {
    Trace trace;
    std::vector<std::uint32_t> races;
    Execution execution(subject_, options_);
    for (const ScheduledStep& step : result_.schedule) {
      const core::Step* const next = execution.find(step.actor);
      if (!next) return;
      trace.append(step.actor, execution.take(*next, step.choices), next->recovery, races);
    }
    std::vector<std::uint32_t> order;
    std::vector<std::uint8_t> done(trace.size(), 0);
    std::uint32_t actor = ~std::uint32_t{0};
    while (order.size() < trace.size()) {
      const auto ready = [&](std::uint32_t i) {
        if (done[i]) return false;
        for (std::uint32_t j = 0; j < i; ++j)
          if (!done[j] && trace.happens_before(j, i)) return false;
        return true;
      };
      std::uint32_t chosen = trace.size();
      for (std::uint32_t i = 0; i < trace.size(); ++i) {
        if (!ready(i)) continue;
        if (chosen == trace.size()) chosen = i;
        if (trace.event(i).actor != actor) continue;
        chosen = i;
        break;
      }
      done[chosen] = 1;
      actor = trace.event(chosen).actor;
      order.push_back(chosen);
    }
    Schedule gathered;
    for (const std::uint32_t i : order) gathered.push_back(result_.schedule[i]);
    ++result_.runs;
    if (count_switches(gathered) < count_switches(result_.schedule) &&
        stuck_after(subject_, options_, gathered, false, nullptr) == wanted_)
      result_.schedule = std::move(gathered);
  }

  // Doom lasts: before the critical step some continuation ends well, after it none does.
  void find_critical() {
    std::uint32_t low = 0, high = static_cast<std::uint32_t>(result_.schedule.size());
    while (low < high) {
      const std::uint32_t middle = (low + high) / 2;
      const std::optional<bool> way_out = has_way_out(middle);
      if (!way_out) return;
      if (*way_out)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == 0)
      result_.doomed_from_the_start = true;
    else
      result_.critical = low - 1;
  }

  std::optional<bool> has_way_out(std::uint32_t length) {
    ExploreLimits limits = limits_;
    limits.prefix.assign(result_.schedule.begin(), result_.schedule.begin() + length);
    limits.stop_at_first = false;
    limits.stop_at_first_good = true;
    limits.executions = kMostRuns;
    const Exploration after = explore_dpor(subject_, options_, limits);
    result_.runs += after.executions + after.blocked;
    if (after.executions > after.dead_executions) return true;
    if (after.exhausted) return false;
    return std::nullopt;
  }

  static constexpr std::uint64_t kMostRuns = 5000;
  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  std::vector<std::string> wanted_;
  MinimalSchedule result_;
};

}  // namespace

std::vector<std::string> stuck_now(Execution& execution) {
  return members_of(find_deadlocks(execution.snapshot()));
}

std::vector<std::string> stuck_after(Subject& subject, const ExecutionOptions& options,
                                     const Schedule& schedule, bool lenient, Schedule* taken) {
  Execution execution(subject, options);
  for (const ScheduledStep& step : schedule) {
    const core::Step* const next = execution.find(step.actor);
    if (!next && !lenient) return {};
    if (!next) continue;
    execution.take(*next, step.choices);
    if (taken) taken->push_back({step.actor, execution.choices()});
  }
  return stuck_now(execution);
}

MinimalSchedule minimise(Subject& subject, const ExecutionOptions& options, const DeadState& dead,
                         const ExploreLimits& limits) {
  return Minimiser(subject, options, dead, limits).run();
}

}  // namespace fencelab::analysis
