// Other programs: other orders of what is taken and waited for, and one wait less.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "campaign/fix_candidates.hpp"

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;

/// An operation of a program: which list, and which element of it.
struct OperationPlace {
  std::string program;  ///< JSON pointer of the list
  std::size_t index = 0;
};

std::optional<OperationPlace> place_in(const Json& scenario, const std::string& pointer) {
  const std::size_t slash = pointer.rfind('/');
  if (slash == std::string::npos || slash + 1 == pointer.size()) return std::nullopt;
  if (pointer.find_first_not_of("0123456789", slash + 1) != std::string::npos) return std::nullopt;
  const std::string program = pointer.substr(0, slash);
  if (!program.ends_with("/program") && !program.ends_with("/body")) return std::nullopt;
  const Json::json_pointer at(program);
  const std::size_t index = std::strtoull(&pointer[slash + 1], nullptr, 10);
  if (!scenario.contains(at) || !scenario.at(at).is_array() || index >= scenario.at(at).size())
    return std::nullopt;
  return OperationPlace{program, index};
}

/// The member that says what it does: "submit", "lock".
std::string kind_of(const Json& operation) {
  for (const auto& [key, value] : operation.items())
    if (key != "id" && key != "comment") return key;
  return {};
}

std::string name_in(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  for (const char* const key : {"name", "buffer", "timeline"})
    if (value.is_object() && value.contains(key) && value[key].is_string())
      return value[key].get<std::string>();
  return {};
}

/// "submit frame", "lock a", "signal u".
std::string words_of(const Json& operation) {
  const std::string kind = kind_of(operation);
  std::string what = operation.value("id", "");
  if (what.empty() && operation.contains(kind)) what = name_in(operation[kind]);
  return what.empty() ? kind : kind + " " + what;
}

bool takes(const Json& operation) {
  const std::string kind = kind_of(operation);
  return kind.ends_with("lock") && !kind.ends_with("unlock");
}

bool releases(const Json& operation) {
  const std::string kind = kind_of(operation);
  return kind.ends_with("unlock") || kind == "signal" || kind == "sw_signal" || kind == "free";
}

class ProgramCandidates {
 public:
  explicit ProgramCandidates(const FixContext& context) : context_(context) {}

  std::vector<FixCandidate> all() {
    for (const MechanismMember& member : context_.members) {
      const auto at = place_in(context_.scenario, member.pointer);
      if (!at) continue;
      member_ = &member;
      at_ = *at;
      program_ = context_.scenario.at(Json::json_pointer(at->program));
      swap_in_lists();
      wait_instead_of_backing_off();
      swap_with_held();
      release_earlier();
      wait_in_the_program();
      drop_waits();
    }
    return std::move(all_);
  }

 private:
  const Json& operation() const { return program_[at_.index]; }
  const Json& body() const { return operation()[kind_of(operation())]; }

  void add(const std::string& change, const Json& program) {
    std::string set = at_.program + "=" + program.dump();
    for (const FixCandidate& other : all_)
      if (other.sets.front() == set) return;
    all_.push_back({fmt::format("{}: {}", member_->name, change), "", "", {std::move(set)}});
  }

  // One operation that takes several things one after the other.
  void swap_in_lists() {
    if (member_->reason != "lock" && member_->reason != "ww_lock") return;
    if (body().is_array()) swap_in("");
    if (!body().is_object()) return;
    for (const char* const list : {"reads", "writes"})
      if (body().contains(list)) swap_in(list);
  }
  void swap_in(const std::string& list) {
    const Json& things = list.empty() ? body() : body()[list];
    const auto index_of = [&](const std::string& name) {
      return std::find_if(things.begin(), things.end(),
                          [&](const Json& thing) { return name_in(thing) == name; }) -
             things.begin();
    };
    const auto size = static_cast<std::ptrdiff_t>(things.size());
    for (const MechanismItem& held : member_->holds)
      for (const MechanismItem& wanted : member_->waits) {
        const auto first = index_of(held.name()), second = index_of(wanted.name());
        if (first >= size || second >= size || first == second) continue;
        Json changed = program_;
        Json& inner = changed[at_.index][kind_of(operation())];
        Json& swapped = list.empty() ? inner : inner[list];
        std::swap(swapped[static_cast<std::size_t>(first)],
                  swapped[static_cast<std::size_t>(second)]);
        add(fmt::format("{} takes {} before {}", words_of(operation()), wanted.name(), held.name()),
            changed);
      }
  }

  // Who waits for the second lock keeps the first, so that it does not undo its own work. Whether
  // that is a deadlock now is for the check to say.
  void wait_instead_of_backing_off() {
    if (kind_of(operation()) != "back_off_lock" || !body().is_array()) return;
    Json changed = program_;
    changed.erase(at_.index);
    for (std::size_t i = 0; i < body().size(); ++i)
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at_.index + i),
                     Json{{"lock", body()[i]}});
    add("wait for each lock instead of backing off", changed);
  }

  // What it holds was taken by an operation before: the other way round.
  void swap_with_held() {
    for (const MechanismItem& held : member_->holds) {
      const auto taken = place_in(context_.scenario, held.pointer);
      if (!taken || taken->program != at_.program || taken->index >= at_.index) continue;
      const Json& taking = program_[taken->index];
      if (takes(operation()) && takes(taking)) {
        Json swapped = program_;
        std::swap(swapped[taken->index], swapped[at_.index]);
        add(fmt::format("{} before {}", words_of(operation()), words_of(taking)), swapped);
      } else {
        add(fmt::format("{} before {}", words_of(operation()), words_of(taking)),
            moved(at_.index, taken->index));
      }
    }
  }

  // What it lets go of or brings about later, before it waits.
  void release_earlier() {
    std::size_t found = 0;
    for (std::size_t i = at_.index + 1; i < program_.size() && found < kMostReleases; ++i) {
      if (!releases(program_[i])) continue;
      ++found;
      add(fmt::format("{} before {}", words_of(program_[i]), words_of(operation())),
          moved(i, at_.index));
    }
  }

  Json moved(std::size_t from, std::size_t to) const {
    Json changed = program_;
    const Json operation = changed[from];
    changed.erase(from);
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(to), operation);
    return changed;
  }

  // What a queue waits for, waited for before it is queued.
  void wait_in_the_program() {
    if (!body().is_object() || kind_of(operation()) == "wait") return;
    for (const auto& [list, member] : {std::pair{"wait_values", "values"}, {"after", "ops"}}) {
      if (!body().contains(list) || !body()[list].is_array() || body()[list].empty()) continue;
      Json changed = program_;
      Json& inner = changed[at_.index][kind_of(operation())];
      const Json wait = {{"wait", {{member, inner[list]}}}};
      inner.erase(list);
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at_.index), wait);
      add(fmt::format("wait for {} in the program, before {}", names_in(body()[list]),
                      words_of(operation())),
          changed);
    }
  }

  void drop_waits() {
    if (!body().is_object()) return;
    for (const char* const list : {"wait_values", "after", "after_start", "values", "ops"}) {
      if (!body().contains(list) || !body()[list].is_array()) continue;
      const Json& waits = body()[list];
      for (std::size_t i = 0; i < std::min(waits.size(), kMostDrops); ++i) {
        Json changed = program_;
        Json& inner = changed[at_.index][kind_of(operation())];
        inner[list].erase(i);
        if (inner[list].empty()) inner.erase(list);
        if (inner.empty()) changed.erase(at_.index);
        add(fmt::format("{} without waiting for {}", words_of(operation()), name_in(waits[i])),
            changed);
      }
    }
  }
  static std::string names_in(const Json& list) {
    std::string names;
    for (const Json& each : list) names += (names.empty() ? "" : ", ") + name_in(each);
    return names;
  }

  static constexpr std::size_t kMostReleases = 3, kMostDrops = 4;
  const FixContext& context_;
  const MechanismMember* member_ = nullptr;
  OperationPlace at_;
  Json program_;
  std::vector<FixCandidate> all_;
};

}  // namespace

std::vector<FixCandidate> program_candidates(const FixContext& context) {
  return ProgramCandidates(context).all();
}

}  // namespace fencelab::campaign
