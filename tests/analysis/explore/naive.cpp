#include "tests/analysis/explore/naive.hpp"

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/explore/dependency.hpp"
#include "analysis/explore/exploration.hpp"

namespace fencelab::testing {

namespace {

using core::Touch;

/// Steps: what takes more goes round.
constexpr std::size_t kDeep = 1'000;

/// Numbers actors by their creator and its count of creations.
struct Names final : core::ActorNames {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known;
  std::uint32_t actor(std::uint32_t parent, std::uint32_t nth) override {
    return known.emplace(std::pair(parent, nth), static_cast<std::uint32_t>(known.size()))
        .first->second;
  }
};

/// Whose ww tickets were compared with whose, in any interleaving.
struct Compared final : core::TicketRivals {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  void note_draw(std::uint32_t actor, core::Footprint& footprint) override {
    for (std::uint32_t i = 0; i < pairs.size(); ++i)
      if (pairs[i].first == actor || pairs[i].second == actor)
        footprint.touches.push_back(
            {.object = core::ticket_order(i), .access = core::Access::write});
  }
  void note_comparison(std::uint32_t actor, std::uint32_t other) override {
    for (const auto& [one, two] : pairs)
      if ((one == actor && two == other) || (one == other && two == actor)) return;
    pairs.emplace_back(actor, other);
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

/// Tells traces apart by their definition: executions are of one trace if exchanging neighbours
/// that do not depend on each other leads from one to the other. (To compare the order of all
/// dependent pairs instead would be too fine: whether two steps depend on each other may hang on
/// what was between them, core::Touch::before, and counts for neighbours.)
class Traces {
 public:
  void add(const std::vector<Event>& events) {
    std::uint64_t whole = 0;
    for (std::size_t i = 0; i < events.size(); ++i) whole += at_place(i, events[i]);
    const std::size_t self = number_of(whole);
    was_seen_[self] = true;
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
      const Event &first = events[i], &second = events[i + 1];
      if (is_ordered(first, second)) continue;
      const std::uint64_t exchanged = whole - at_place(i, first) - at_place(i + 1, second) +
                                      at_place(i, second) + at_place(i + 1, first);
      exchanges_.emplace_back(self, number_of(exchanged));
    }
  }
  /// How many there are. Where the second of two steps needed the first, the other order was never
  /// seen.
  std::uint64_t count() const {
    std::vector<std::size_t> parent(was_seen_.size());
    for (std::size_t i = 0; i < parent.size(); ++i) parent[i] = i;
    const auto root_of = [&parent](std::size_t i) {
      while (parent[i] != i) i = parent[i] = parent[parent[i]];
      return i;
    };
    for (const auto& [one, other] : exchanges_)
      if (was_seen_[other]) parent[root_of(one)] = root_of(other);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < parent.size(); ++i) count += was_seen_[i] && parent[i] == i;
    return count;
  }

 private:
  static bool is_ordered(const Event& first, const Event& second) {
    return first.actor == second.actor || ends(first, second) || ends(second, first) ||
           analysis::is_dependent(first.touches, second.touches, analysis::Sequence::consecutive);
  }
  static std::uint64_t at_place(std::size_t place, const Event& event) {
    return core::mix_hash(place + 1, name_of(event));
  }
  /// Of an execution, by the sum over its steps at their places.
  std::size_t number_of(std::uint64_t whole) {
    const auto [found, is_new] = numbers_.try_emplace(whole, was_seen_.size());
    if (is_new) was_seen_.push_back(false);
    return found->second;
  }
  std::unordered_map<std::uint64_t, std::size_t> numbers_;
  std::vector<bool> was_seen_;  ///< else it is only what an exchange would lead to
  std::vector<std::pair<std::size_t, std::size_t>> exchanges_;
};

}  // namespace

std::set<std::uint64_t> keys(const analysis::Exploration& exploration) {
  std::set<std::uint64_t> keys;
  for (const auto& [key, state] : exploration.dead) keys.insert(key);
  return keys;
}

namespace {

NaiveResult explore_all(analysis::Subject& subject, core::TimerMode timers, std::uint64_t limit,
                        Names& names, Compared& compared) {
  NaiveResult result;
  Answers answers;
  std::vector<Step> path;
  Traces traces;
  for (;;) {
    core::Simulation simulation(
        {.seed = 1, .choice = &answers, .untimed = &names, .timers = timers, .rivals = &compared});
    auto run = subject.start(simulation);
    answers.next = 0;
    core::Footprint footprint;
    std::vector<core::Step> enabled;
    std::vector<Event> events;
    std::map<std::uint32_t, std::uint32_t> count;
    for (std::size_t depth = 0;; ++depth) {
      simulation.steps(enabled);
      if (enabled.empty()) break;
      if (depth == kDeep) {
        result.complete = false;
        return result;
      }
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
    traces.add(events);
    if (!run->is_settled(simulation)) {
      const core::WaitGraph graph = run->snapshot(simulation);
      auto stuck = analysis::stuck_agents(graph);
      if (stuck.empty()) stuck = analysis::stuck_agents(analysis::at_rest(graph));
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
    if (path.empty()) {
      result.traces = traces.count();
      return result;
    }
  }
}

}  // namespace

// Once more if draws turned out not to commute that were taken to: then there are more traces.
NaiveResult explore_naively(analysis::Subject& subject, core::TimerMode timers,
                            std::uint64_t limit) {
  Names names;
  Compared compared;
  for (;;) {
    const std::size_t known = compared.pairs.size();
    const NaiveResult result = explore_all(subject, timers, limit, names, compared);
    if (!result.complete || compared.pairs.size() == known) return result;
  }
}

}  // namespace fencelab::testing
