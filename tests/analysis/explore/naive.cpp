#include "tests/analysis/explore/naive.hpp"

#include <map>
#include <utility>
#include <vector>

#include "analysis/explore/dependency.hpp"
#include "analysis/explore/exploration.hpp"

namespace fencelab::testing {

namespace {

using core::Touch;

/// Numbers actors by their creator and its count of creations.
struct Names final : core::ActorNames {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known;
  std::uint32_t actor(std::uint32_t parent, std::uint32_t nth) override {
    return known.emplace(std::pair(parent, nth), static_cast<std::uint32_t>(known.size()))
        .first->second;
  }
};

/// Answers choices from a list, beyond it with 0.
struct Answers final : core::Choice {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> given;  ///< answer, alternatives
  std::size_t next = 0;
  std::uint32_t choose(const core::ChoicePoint& point) override {
    if (point.alternatives <= 1) return 0;
    if (next == given.size()) given.emplace_back(0, point.alternatives);
    return (point.preferred + given[next++].first) % point.alternatives;
  }
};

struct Step {
  std::size_t taken = 0, of = 1;  ///< which of the enabled steps
  std::size_t choices_before = 0;
};

struct Event {
  std::uint32_t actor, nth;
  std::vector<Touch> touches;
  std::uint64_t answers;  ///< to choices made within it
};

std::uint64_t name_of(const Event& event) {
  return core::mix_hash(core::mix_hash(core::mix_hash(7, event.actor + 1), event.nth),
                        event.answers);
}

bool ends(const Event& killer, const Event& victim) {
  for (const Touch& touch : killer.touches)
    if (touch.access == core::Access::cancel && touch.result == victim.actor) return true;
  return false;
}

// The order of dependent steps, as a hash that does not see the order of the others.
std::uint64_t trace_of(const std::vector<Event>& events) {
  std::uint64_t sum = 0;
  for (std::size_t j = 0; j < events.size(); ++j) {
    sum += name_of(events[j]);
    for (std::size_t i = 0; i < j; ++i) {
      if (events[i].actor == events[j].actor) continue;
      if (!analysis::is_dependent(events[i].touches, events[j].touches,
                                  analysis::Sequence::consecutive) &&
          !ends(events[i], events[j]) && !ends(events[j], events[i]))
        continue;
      const std::uint64_t first = name_of(events[i]), second = name_of(events[j]);
      sum += core::mix_hash(core::mix_hash(99, first), second);
    }
  }
  return sum;
}

}  // namespace

NaiveResult explore_naively(analysis::Subject& subject, core::TimerMode timers,
                            std::uint64_t limit) {
  NaiveResult result;
  Names names;
  Answers answers;
  std::vector<Step> path;
  for (;;) {
    core::Simulation simulation(
        {.seed = 1, .choice = &answers, .untimed = &names, .timers = timers});
    auto run = subject.start(simulation);
    answers.next = 0;
    core::Footprint footprint;
    std::vector<core::Step> enabled;
    std::vector<Event> events;
    std::map<std::uint32_t, std::uint32_t> count;
    for (std::size_t depth = 0;; ++depth) {
      simulation.steps(enabled);
      if (enabled.empty()) break;
      if (depth == path.size()) path.push_back({0, enabled.size(), answers.next});
      const core::Step step = enabled[path[depth].taken];
      std::size_t answered = answers.next;
      footprint.clear();
      simulation.record_footprints(&footprint);
      simulation.take(step);
      simulation.record_footprints(nullptr);
      std::uint64_t given = 0;
      for (; answered < answers.next; ++answered)
        given = core::mix_hash(given + 1, answers.given[answered].first);
      events.push_back({step.actor, ++count[step.actor], footprint.touches, given});
    }
    ++result.interleavings;
    result.traces.insert(trace_of(events));
    if (!run->is_settled(simulation)) {
      const core::WaitGraph graph = run->snapshot(simulation);
      const auto stuck = analysis::stuck_agents(graph);
      if (!stuck.empty()) result.dead.insert(analysis::dead_key(simulation, graph, stuck));
    }
    run.reset();
    if (result.interleavings >= limit) {
      result.complete = false;
      return result;
    }
    // The next: another answer in the last step if there is one, then another step, else shorter.
    while (!path.empty()) {
      if (answers.given.size() > path.back().choices_before) {
        auto& [answer, alternatives] = answers.given.back();
        if (++answer < alternatives) break;
        answers.given.pop_back();
        continue;
      }
      if (++path.back().taken < path.back().of) break;
      path.pop_back();
    }
    if (path.empty()) return result;
  }
}

}  // namespace fencelab::testing
