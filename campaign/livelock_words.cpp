#include "campaign/livelock_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/deadlock/signature.hpp"
#include "analysis/explore/step_names.hpp"
#include "campaign/incident.hpp"
#include "core/locks.hpp"
#include "models/memory/memory.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

namespace {

using core::Access;

bool is_unfinished(const core::Process& process) {
  return !process.spec.daemon && process.state != core::ProcessState::done;
}

std::string name_of(const core::StateSource* source) {
  if (const auto* object = dynamic_cast<const core::Waitable*>(source)) return object->describe();
  if (const auto* pool = dynamic_cast<const models::MemoryPool*>(source)) return pool->name;
  return "something";
}

const core::Process* owner_of(const core::StateSource* source) {
  if (const auto* lock = dynamic_cast<const core::Mutex*>(source)) return lock->owner();
  if (const auto* lock = dynamic_cast<const core::WwMutex*>(source)) return lock->owner();
  return nullptr;
}

/// What the steps of a round come to: attempts that fail, and what is given back again.
class Round {
 public:
  Round(ScenarioSubject& subject, const analysis::ExecutionOptions& options,
        const analysis::Livelock& livelock)
      : execution_(subject, options) {
    for (const analysis::ScheduledStep& step : livelock.way) take(step);
  }

  analysis::Execution& execution() { return execution_; }

  void go(const analysis::Schedule& round) {
    for (const analysis::ScheduledStep& step : round) {
      const core::Step taken = *execution_.find(step.actor);
      who_ = analysis::actor_name(execution_, taken);
      names_.insert(who_);
      for (const core::Touch& touch : execution_.take(taken, step.choices).touches) look(touch);
    }
  }

  const AttemptsByName& attempts() const { return attempts_; }
  std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }
  const std::vector<std::string>& failures() const { return failures_; }
  /// Whether somebody fails because of another who fails, too.
  bool is_mutual() const {
    return std::any_of(blamed_.begin(), blamed_.end(),
                       [this](const std::string& other) { return failing_.count(other) > 0; });
  }

 private:
  void take(const analysis::ScheduledStep& step) {
    execution_.take(*execution_.find(step.actor), step.choices);
  }

  static void add(std::vector<std::string>& list, const std::string& words) {
    if (std::find(list.begin(), list.end(), words) == list.end()) list.push_back(words);
  }
  void say(const std::string& line) { add(failures_, line); }
  void fails(const char* reason, const std::string& name) {
    failing_.insert(who_);
    attempts_[who_].reason = reason;
    add(attempts_[who_].tried, name);
  }

  void look(const core::Touch& touch) {
    if (!touch.source) return;
    const std::string name = name_of(touch.source);
    if (touch.access == Access::allocate && !touch.ok) {
      fails("memory", name);
      say(fmt::format("{} finds too little memory in {}", who_, name));
    } else if (touch.access == Access::attempt && !touch.ok) {
      fails(dynamic_cast<const core::WwMutex*>(touch.source) ? "ww_lock" : "lock", name);
      const core::Process* const owner = owner_of(touch.source);
      if (owner) blamed_.insert(owner->spec.name);
      say(fmt::format("{} tries for {} in vain: {} has it", who_, name,
                      owner ? owner->spec.name : "nobody"));
    } else if ((touch.access == Access::release || touch.access == Access::ww_release) &&
               failing_.count(who_)) {
      add(attempts_[who_].undone, name);
      say(fmt::format("{} gives {} back, and has got nothing done with it", who_, name));
    }
  }

  analysis::Execution execution_;
  std::string who_;
  std::set<std::string> names_, failing_, blamed_;
  AttemptsByName attempts_;
  std::vector<std::string> failures_;
};

std::string why(const Round& round, bool hard) {
  std::string lines;
  for (const std::string& line : round.failures()) lines += fmt::format("  {}\n", line);
  if (round.is_mutual())
    lines += "  each takes what another needs, and undoes its own work when it fails\n";
  if (hard)
    lines +=
        "  nobody ever does what would let them succeed: no schedule from here gets anything "
        "done\n";
  else
    lines +=
        "  another order of steps would let one of them through; nothing makes sure that it "
        "comes\n";
  return lines;
}

std::string waiting(const core::Simulation& simulation) {
  std::vector<std::string> lines;
  for (const core::Process& process : simulation.processes())
    if (is_unfinished(process))
      lines.push_back(fmt::format("{}{}{}: {}", process.spec.name, *process.doing ? " in " : "",
                                  process.doing, analysis::whereabouts(process)));
  return fmt::format("{}", fmt::join(lines, "; "));
}

}  // namespace

std::string livelock_class(const core::Simulation& simulation) {
  std::set<std::string> parts;
  for (const core::Process& process : simulation.processes())
    if (is_unfinished(process))
      parts.insert(fmt::format("{}: {}", analysis::strip_instances(process.spec.name),
                               *process.doing ? process.doing : "run"));
  return fmt::format("livelock: {}", fmt::join(parts, ", "));
}

std::string livelock_details(const core::Simulation& simulation,
                             const analysis::DescribePlace& describe_place,
                             const AttemptsByName& attempts) {
  nlohmann::ordered_json json = {{"kind", "livelock"}, {"class", livelock_class(simulation)}};
  json["members"] = nlohmann::ordered_json::array();
  for (const core::Process& process : simulation.processes()) {
    const auto found = attempts.find(process.spec.name);
    if (!is_unfinished(process) && found == attempts.end()) continue;
    const VainAttempts vain = found == attempts.end() ? VainAttempts{} : found->second;
    nlohmann::ordered_json member = {{"name", process.spec.name}};
    member["reason"] =
        vain.reason.empty() ? std::string(core::to_string(process.wait.reason)) : vain.reason;
    member["operation"] = process.doing;
    member["place"] = describe_place(process.place);
    for (const char* const list : {"waits", "holds"})
      member[list] = nlohmann::ordered_json::array();
    for (const std::string& label : vain.tried) member["waits"].push_back({{"label", label}});
    for (const std::string& label : vain.undone) member["holds"].push_back({{"label", label}});
    json["members"].push_back(std::move(member));
  }
  json["behind"] = nlohmann::ordered_json::array();
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

LivelockWords describe_livelock(ScenarioSubject& subject, const analysis::ExecutionOptions& options,
                                const analysis::Livelock& livelock) {
  Round round(subject, options, livelock);
  const core::Simulation& simulation = round.execution().simulation();
  LivelockWords words;
  words.signature = livelock_class(simulation);
  words.place = ~std::uint32_t{0};
  for (const core::Process& process : simulation.processes())
    if (is_unfinished(process) && words.place == ~std::uint32_t{0}) words.place = process.place;
  const std::string unfinished = waiting(simulation);
  round.go(livelock.round);
  words.members = round.names();
  words.details = livelock_details(
      simulation, words_of_places(ScenarioSubject::world_of(round.execution().run())),
      round.attempts());
  words.text = fmt::format(
      "LIVELOCK ({}): {} steps lead into it, and a round of {} steps leads back; it can go on for "
      "ever although everybody who can act does act\n"
      "taking part: {}\nnot done meanwhile: {}\nwhy nothing gets done:\n{}",
      livelock.hard ? "hard" : "soft", livelock.way.size(), livelock.round.size(),
      fmt::join(words.members, ", "), unfinished, why(round, livelock.hard));
  return words;
}

}  // namespace fencelab::campaign
