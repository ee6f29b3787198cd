#include "analysis/explore/replay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace fencelab::analysis {
namespace {

std::string name_of(const std::string& process, const std::string& operation,
                    const std::optional<std::string>& choice = {}) {
  return fmt::format("{}.{}{}{}", process, operation, choice ? "=" : "", choice.value_or(""));
}

/// Where the process is instead, for a step that none of `enabled` is.
std::string instead(Stepper& stepper, const std::vector<EnabledStep>& enabled,
                    const std::string& process) {
  std::string others;
  for (const EnabledStep& step : enabled)
    if (step.process == process)
      others += (others.empty() ? "" : " or ") + name_of(process, step.operation);
  if (!others.empty()) return "process is at " + others;
  const std::string where = stepper.whereabouts(process);
  return where.empty() ? fmt::format("there is no process {}", process) : "process is " + where;
}

/// Index of the alternative that the schedule names; nothing, with the reason in `problem`.
std::optional<std::size_t> choose(const EnabledStep& step, const ScheduleStep& wanted,
                                  std::string& problem) {
  const auto& names = step.alternatives;
  if (!wanted.choice) {
    if (names.size() <= 1) return 0;
    problem = fmt::format("the schedule does not say which of {}", fmt::join(names, ", "));
    return std::nullopt;
  }
  const auto found = std::find(names.begin(), names.end(), *wanted.choice);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  problem = names.empty() ? std::string("there is nothing to choose any more")
                          : fmt::format("the alternatives are {}", fmt::join(names, ", "));
  return std::nullopt;
}

class Replayer {
 public:
  Replayer(Stepper& stepper, const std::vector<ScheduleStep>& schedule)
      : stepper_(stepper), schedule_(schedule) {}

  ReplayResult run() {
    for (at_ = 0; at_ < schedule_.size(); ++at_) follow(schedule_[at_]);
    result_.finished = stepper_.finished();
    result_.stuck_for_good = stepper_.stuck_for_good();
    result_.stuck = !result_.finished && stepper_.enabled().empty();
    return std::move(result_);
  }

 private:
  using Steps = std::vector<EnabledStep>;

  void follow(const ScheduleStep& wanted) {
    Steps enabled = stepper_.enabled();
    const std::string process = name_now(wanted, enabled);
    for (std::size_t inserted = 0;; ++inserted) {
      const auto found = find(enabled, process, wanted.operation);
      if (found) return take(enabled, *found, wanted);
      const auto other = at(enabled, process);
      if (!other) return skip(wanted, instead(stepper_, enabled, process));
      const std::string& operation = enabled[*other].operation;
      // What the process does later on, it has not been kept from by something new.
      if (comes_later(wanted.process, operation) || inserted == kMostInserted)
        return skip(wanted, instead(stepper_, enabled, process));
      if (operation_shape(operation) == operation_shape(wanted.operation)) {
        note(Misfit::Remedy::renamed, wanted,
             fmt::format("{} is taken for it", name_of(process, operation)));
        return take(enabled, *other, wanted);
      }
      note(Misfit::Remedy::inserted, wanted,
           fmt::format("process is at {}, which is gone through", name_of(process, operation)));
      step(enabled, *other, 0, "");
      enabled = stepper_.enabled();
    }
  }

  static std::optional<std::size_t> find(const Steps& enabled, const std::string& process,
                                         const std::string& operation) {
    for (std::size_t i = 0; i < enabled.size(); ++i)
      if (enabled[i].process == process && enabled[i].operation == operation) return i;
    return std::nullopt;
  }
  static std::optional<std::size_t> at(const Steps& enabled, const std::string& process) {
    for (std::size_t i = 0; i < enabled.size(); ++i)
      if (enabled[i].process == process) return i;
    return std::nullopt;
  }

  bool comes_later(const std::string& process, const std::string& operation) const {
    return std::any_of(schedule_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, schedule_.end(),
                       [&](const ScheduleStep& step) {
                         return step.process == process && step.operation == operation;
                       });
  }

  /// Who the process of the step is now: itself, or the one that was recognised as it.
  std::string name_now(const ScheduleStep& wanted, const Steps& enabled) {
    const auto known = renamed_.find(wanted.process);
    if (known != renamed_.end()) return known->second;
    if (at(enabled, wanted.process) || !stepper_.whereabouts(wanted.process).empty())
      return wanted.process;
    const std::string found = most_alike(wanted, enabled);
    if (found.empty()) return wanted.process;
    note(Misfit::Remedy::renamed, wanted,
         fmt::format("there is no process {}; {}, which is at the same, is taken for it",
                     wanted.process, found));
    return renamed_[wanted.process] = found;
  }

  /// The unnamed process at the same operation, of several the one whose name is most like it;
  /// empty if there is none, or more than one.
  std::string most_alike(const ScheduleStep& wanted, const Steps& enabled) const {
    std::string best;
    std::size_t most = 0, count = 0;
    for (const EnabledStep& step : enabled) {
      if (is_named(step.process) || step.operation != wanted.operation) continue;
      const std::size_t alike = likeness(step.process, wanted.process);
      // Everybody starts; that alone makes nobody the same.
      if (alike == 0 && step.operation == "start") continue;
      count = count > 0 && alike == most ? count + 1 : count == 0 || alike > most ? 1 : count;
      if (count == 1 && (best.empty() || alike > most)) best = step.process;
      most = std::max(most, alike);
    }
    return count == 1 ? best : std::string();
  }
  /// Letters in common at the beginning and at the end.
  static std::size_t likeness(const std::string& a, const std::string& b) {
    const auto front = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
    const auto back = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin();
    return static_cast<std::size_t>(front + back);
  }
  bool is_named(const std::string& process) const {
    const bool in_schedule =
        std::any_of(schedule_.begin(), schedule_.end(),
                    [&](const ScheduleStep& step) { return step.process == process; });
    return in_schedule || std::any_of(renamed_.begin(), renamed_.end(),
                                      [&](const auto& pair) { return pair.second == process; });
  }

  void take(const Steps& enabled, std::size_t index, const ScheduleStep& wanted) {
    std::string problem;
    const auto alternative = choose(enabled[index], wanted, problem);
    if (!alternative) return skip(wanted, problem);
    step(enabled, index, *alternative, wanted.choice.value_or(""));
  }

  void step(const Steps& enabled, std::size_t index, std::size_t alternative,
            const std::string& choice) {
    TakenStep taken{enabled[index].process, enabled[index].operation, choice, enabled[index].place,
                    ""};
    taken.note = stepper_.take(index, alternative);
    result_.taken.push_back(std::move(taken));
  }

  void skip(const ScheduleStep& wanted, const std::string& why) {
    note(Misfit::Remedy::skipped, wanted, why + "; left out");
  }
  void note(Misfit::Remedy remedy, const ScheduleStep& wanted, const std::string& what) {
    result_.misfits.push_back(
        {at_, remedy,
         fmt::format("step {}: expected {}, {}", at_ + 1,
                     name_of(wanted.process, wanted.operation, wanted.choice), what)});
  }

  static constexpr std::size_t kMostInserted = 8;
  Stepper& stepper_;
  const std::vector<ScheduleStep>& schedule_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> renamed_;
  ReplayResult result_;
};

}  // namespace

std::string operation_shape(const std::string& operation) {
  for (const std::string_view verb : {"ask for ", "go on after ", "time out of ", "end of "}) {
    const std::size_t at = operation.find(verb);
    if (at == std::string::npos) continue;
    return operation.substr(0, operation.find(' ', at + verb.size()));
  }
  return operation;
}

ReplayResult replay(Stepper& stepper, const std::vector<ScheduleStep>& schedule) {
  return Replayer(stepper, schedule).run();
}

}  // namespace fencelab::analysis
