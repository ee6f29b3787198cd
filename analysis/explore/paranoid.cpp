#include "analysis/explore/paranoid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "analysis/explore/observation.hpp"

namespace fencelab::analysis {

namespace {

using core::Touch;

bool cancels(const StepRecord& step, std::uint32_t actor) {
  return std::any_of(step.touches.begin(), step.touches.end(), [actor](const Touch& touch) {
    return touch.access == core::Access::cancel && touch.result == actor;
  });
}

/// Answers to choices, for Execution::take.
using Answers = std::vector<ChoiceTaken>;

/// Two steps from one state in one order, and what came of it.
struct Order {
  StepRecord first, second;
  StateRecord state;
  std::vector<StepRecord> after;
  std::uint64_t key = 0;
};

class Paranoid {
 public:
  Paranoid(Subject& subject, const ExecutionOptions& options, const ParanoidLimits& limits,
           const Dependence& depends)
      : subject_(subject), options_(options), limits_(limits), depends_(depends) {
    if (!depends_)
      depends_ = [](const Touch& a, const Touch& b, Sequence s) { return is_dependent(a, b, s); };
  }

  ParanoidReport run() {
    const auto begun = std::chrono::steady_clock::now();
    while (report_.walks < limits_.walks && !enough()) {
      report_.out_of_time = std::chrono::steady_clock::now() - begun > limits_.time;
      if (report_.out_of_time) break;
      const std::vector<StepRecord> records = walk();
      ++report_.walks;
      report_.steps += records.size();
      if (!is_repeatable(records)) continue;
      compare_matches();
      for (std::uint32_t s = 0; s < limits_.states && !enough(); ++s)
        try_pairs(below(schedule().size() + 1));
    }
    return std::move(report_);
  }

 private:
  bool enough() const { return report_.violations.size() >= limits_.violations; }
  const Schedule& schedule() const { return schedules_.back(); }
  // Counter-based, so that every machine takes the same sample.
  std::size_t below(std::size_t n) { return core::mix_hash(limits_.seed, ++draws_) % n; }
  void complain(std::string text) {
    if (!enough()) report_.violations.push_back(std::move(text));
  }

  // ---------------------------------------------------------------- a random schedule

  // The one before up to a choice, which then falls otherwise; or nothing.
  Schedule beginning() {
    if (schedules_.empty() || below(2) == 0) return {};
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < schedule().size(); ++i)
      if (!schedule()[i].choices.empty()) places.push_back(i);
    if (places.empty()) return {};
    const auto end = static_cast<std::ptrdiff_t>(places[below(places.size())]) + 1;
    Schedule prefix(schedule().begin(), schedule().begin() + end);
    Answers& choices = prefix.back().choices;
    choices.resize(1 + below(choices.size()));
    choices.back().taken = static_cast<std::uint32_t>(below(choices.back().alternatives));
    return prefix;
  }

  std::vector<StepRecord> walk() {
    const Schedule prefix = beginning();
    schedules_.emplace_back();
    matches_.clear();
    std::vector<StepRecord> records;
    ObservedExecution observed(subject_, options_);
    const std::size_t calm = 1 + below(4);  // how willingly an actor goes on, if it can
    std::uint32_t actor = ~std::uint32_t{0};
    for (std::size_t i = 0; i < limits_.depth; ++i) {
      const auto enabled = observed.enabled();
      if (enabled.empty()) break;
      const bool stays =
          below(calm) != 0 && std::find(enabled.begin(), enabled.end(), actor) != enabled.end();
      if (i < prefix.size())
        actor = prefix[i].actor;
      else if (!stays)
        actor = enabled[below(enabled.size())];
      auto record = observed.take(actor, i < prefix.size() ? prefix[i].choices : Answers{});
      if (!record) {
        complain(fmt::format("step {}: actor {} cannot act in a schedule repeated up to here", i,
                             actor));
        break;
      }
      schedules_.back().push_back({actor, record->choices});
      records.push_back(std::move(*record));
      look_up(observed.key());
    }
    return records;
  }

  // ---------------------------------------------------------------- the same schedule again

  bool is_repeatable(const std::vector<StepRecord>& records) {
    ObservedExecution observed(subject_, options_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto again = observed.take(records[i].actor, records[i].choices);
      const std::string found =
          again ? difference(records[i], *again, Likeness::exact) : "it cannot act";
      if (found.empty()) continue;
      complain(
          fmt::format("not repeatable: step {}, of actor {}, went otherwise the second time: {}", i,
                      records[i].actor, found));
      return false;
    }
    return true;
  }

  // ---------------------------------------------------------------- commuting steps

  // From the state after `length` steps of the schedule, steps of different actors in both orders.
  void try_pairs(std::size_t length) {
    const auto enabled = ObservedAt(*this, length).observed.enabled();
    if (enabled.size() < 2) return;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const std::uint32_t a : enabled)
      for (const std::uint32_t b : enabled)
        if (a < b) pairs.emplace_back(a, b);
    for (std::uint32_t n = 0; n < limits_.pairs && !pairs.empty() && !enough(); ++n) {
      std::swap(pairs[below(pairs.size())], pairs.back());
      try_pair(length, pairs.back().first, pairs.back().second);
      pairs.pop_back();
    }
  }

  void try_pair(std::size_t length, std::uint32_t a, std::uint32_t b) {
    ++report_.pairs;
    StepRecord alone_a, alone_b;
    {
      ObservedAt at(*this, length);
      alone_a = *at.observed.take(a);
    }
    {
      ObservedAt at(*this, length);
      alone_b = *at.observed.take(b);
    }
    if (cancels(alone_a, b) || cancels(alone_b, a)) return;
    std::string found;
    const auto ab = in_order(length, alone_a, b, alone_b.choices, found);
    bool independent =
        found.empty() ? !conflict(ab.first, ab.second, Sequence::consecutive) : false;
    independent = independent || !conflict(alone_a, alone_b, Sequence::alternative);
    if (!independent) return;
    ++report_.diamonds;
    Order ba;
    if (found.empty()) ba = in_order(length, alone_b, a, alone_a.choices, found);
    if (found.empty()) found = compare(ab, ba);
    if (!found.empty()) complain(describe(length, alone_a, alone_b) + found);
  }

  // Takes `first` (again) and the step of `second`, and goes on from there.
  Order in_order(std::size_t length, const StepRecord& first, std::uint32_t second,
                 const Answers& answers, std::string& found) {
    ObservedAt at(*this, length);
    Order order;
    order.first = *at.observed.take(first.actor, first.choices);
    auto taken = at.observed.take(second, fitting(answers));
    if (!taken) {
      found = fmt::format("actor {} cannot act after actor {}", second, first.actor);
      return order;
    }
    order.second = std::move(*taken);
    order.state = at.observed.state();
    order.key = at.observed.key();
    order.after = go_on(at.observed);
    return order;
  }
  // Preferred answers need not be given, and then cannot fail to fit.
  static Answers fitting(const Answers& answers) {
    const bool preferred = std::all_of(answers.begin(), answers.end(),
                                       [](const ChoiceTaken& choice) { return choice.taken == 0; });
    return preferred ? Answers{} : answers;
  }

  bool conflict(const StepRecord& a, const StepRecord& b, Sequence sequence) const {
    for (const Touch& one : a.touches)
      for (const Touch& other : b.touches)
        if (one.object == other.object && depends_(one, other, sequence)) return true;
    return false;
  }

  std::string compare(const Order& ab, const Order& ba) {
    report_.keys_apart += ab.key != ba.key;
    const auto in_words = [](std::string_view what, const std::string& found) {
      return found.empty() ? std::string() : fmt::format("{}: {}", what, found);
    };
    std::string found = in_words("the first, before and after the second",
                                 difference(ab.first, ba.second, Likeness::commuted));
    if (found.empty())
      found = in_words("the second, after and before the first",
                       difference(ab.second, ba.first, Likeness::commuted));
    if (found.empty())
      found = in_words("what they announce",
                       difference_between_pairs(ab.first, ab.second, ba.second, ba.first));
    if (found.empty())
      found = in_words("the state afterwards", difference(ab.state, ba.state, Likeness::equal));
    return found.empty() ? compare_continuations(ab.after, ba.after, Likeness::equal) : found;
  }

  std::string describe(std::size_t length, const StepRecord& a, const StepRecord& b) {
    return fmt::format(
        "after {} steps actor {} ({}) and actor {} ({}) count as independent but do not commute: ",
        length, a.actor, describe_objects(a), b.actor, describe_objects(b));
  }
  static std::string describe_objects(const StepRecord& step) {
    std::string text;
    for (const Touch& touch : step.touches)
      text += (text.empty() ? "" : ", ") + describe_touch(touch);
    return text.empty() ? "touches nothing" : text;
  }

  // ---------------------------------------------------------------- going on alike

  // One fixed schedule: the same from equal states.
  std::vector<StepRecord> go_on(ObservedExecution& observed) const {
    std::vector<StepRecord> records;
    for (std::uint32_t i = 0; i < limits_.continuation; ++i) {
      const auto enabled = observed.enabled();
      if (enabled.empty()) break;
      const std::size_t n = core::mix_hash(limits_.seed + 1, i) % enabled.size();
      records.push_back(*observed.take(enabled[n]));
    }
    return records;
  }

  static std::string compare_continuations(const std::vector<StepRecord>& first,
                                           const std::vector<StepRecord>& second,
                                           Likeness likeness) {
    for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
      const std::string found = difference(first[i], second[i], likeness);
      if (!found.empty())
        return fmt::format("{} steps later, actor {}: {}", i + 1, first[i].actor, found);
    }
    return first.size() == second.size() ? "" : "one goes on, the other does not";
  }

  // ---------------------------------------------------------------- equal keys

  struct Place {
    std::size_t schedule, length;
  };

  void look_up(std::uint64_t key) {
    const Place here{schedules_.size() - 1, schedule().size()};
    const auto [found, is_new] = places_.try_emplace(key, here);
    if (!is_new && !is_same_prefix(found->second, here)) matches_.push_back({found->second, here});
  }
  bool is_same_prefix(const Place& a, const Place& b) const {
    const auto same = [](const ScheduledStep& x, const ScheduledStep& y) {
      return x.actor == y.actor &&
             std::equal(x.choices.begin(), x.choices.end(), y.choices.begin(), y.choices.end(),
                        [](const auto& i, const auto& j) { return i.taken == j.taken; });
    };
    const Schedule &one = schedules_[a.schedule], &other = schedules_[b.schedule];
    return a.length == b.length &&
           std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(a.length),
                      other.begin(), same);
  }

  void compare_matches() {
    report_.hash_matches += matches_.size();
    for (std::uint32_t n = 0; n < limits_.states && !matches_.empty() && !enough(); ++n) {
      std::swap(matches_[below(matches_.size())], matches_.back());
      const auto [there, here] = matches_.back();
      matches_.pop_back();
      bool timeless = false;
      const auto [state, after] = state_at(there, timeless);
      const auto [other_state, other_after] = state_at(here, timeless);
      const Likeness likeness = timeless ? Likeness::timeless : Likeness::equal;
      std::string found = difference(state, other_state, likeness);
      if (found.empty()) found = compare_continuations(after, other_after, likeness);
      if (!found.empty())
        complain(fmt::format(
            "states of equal key, after {} steps (by actors{}) and after {} (by{}), differ: {}",
            there.length, actors_of(there), here.length, actors_of(here), found));
    }
  }
  std::string actors_of(const Place& place) const {
    constexpr std::size_t kMost = 40;
    std::string text = place.length > kMost ? " ..." : "";
    for (std::size_t i = place.length - std::min(place.length, kMost); i < place.length; ++i)
      text += fmt::format(" {}", schedules_[place.schedule][i].actor);
    return text;
  }
  std::pair<StateRecord, std::vector<StepRecord>> state_at(const Place& place, bool& timeless) {
    ObservedExecution observed(subject_, options_);
    observed.replay(schedules_[place.schedule], place.length);
    timeless = timeless || observed.is_timeless();
    StateRecord state = observed.state();
    return {std::move(state), go_on(observed)};
  }

  /// A life of the subject after `length` steps of the schedule.
  struct ObservedAt {
    ObservedAt(Paranoid& paranoid, std::size_t length)
        : observed(paranoid.subject_, paranoid.options_) {
      observed.replay(paranoid.schedule(), length);
    }
    ObservedExecution observed;
  };

  Subject& subject_;
  ExecutionOptions options_;
  ParanoidLimits limits_;
  Dependence depends_;
  std::vector<Schedule> schedules_;
  std::unordered_map<std::uint64_t, Place> places_;  ///< first way to each key
  std::vector<std::pair<Place, Place>> matches_;     ///< of the newest schedule
  std::uint64_t draws_ = 0;
  ParanoidReport report_;
};

}  // namespace

ParanoidReport check_paranoid(Subject& subject, const ExecutionOptions& options,
                              const ParanoidLimits& limits, const Dependence& depends) {
  return Paranoid(subject, options, limits, depends).run();
}

}  // namespace fencelab::analysis
