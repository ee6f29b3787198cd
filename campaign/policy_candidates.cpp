// Other stacks, one axis at a time.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "campaign/fix_candidates.hpp"

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;
using policies::Parameter;
using policies::ParameterKind;

/// Axes that decide what is waited for and held, by the reason of a wait. The others come after.
const std::vector<std::string>& axes_behind(const std::string& reason) {
  static const std::map<std::string, std::vector<std::string>> kAxes = {
      {"fence", {"sync", "bind", "residency", "submission"}},
      {"value", {"sync", "semaphore", "flip", "submission"}},
      {"lock", {"submission"}},
      {"ww_lock", {"submission"}},
      {"memory", {"reclaim", "residency", "bind", "sync"}},
      {"notifier", {"userptr", "bind", "reclaim"}},
      {"page_pin", {"userptr"}},
      {"engine", {"semaphore", "submission", "residency"}},
      {"credit", {"submission"}},
      {"fifo", {"submission", "bind"}},
      {"firmware", {"semaphore", "submission", "residency"}},
      {"vblank", {"flip"}}};
  static const std::vector<std::string> kNone;
  const auto found = kAxes.find(reason);
  return found == kAxes.end() ? kNone : found->second;
}

/// Where the stack stands in the document, and all of it as an object that can be changed.
struct StackEntry {
  std::string pointer;
  Json value;
};

StackEntry entry_of(const Json& scenario, const std::string& name) {
  const Json stacks = scenario.value("stacks", Json::array());
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const Json& stack = stacks[i];
    const std::string pointer = fmt::format("/stacks/{}", i);
    if (stack == name) return {pointer, {{"name", name}, {"preset", name}}};
    if (stack.is_object() && stack.value("name", stack.value("preset", "")) == name)
      return {pointer, stack};
  }
  return {"/stacks/-", {{"name", name}, {"preset", name}}};
}

class PolicyCandidates {
 public:
  explicit PolicyCandidates(const FixContext& context)
      : context_(context), entry_(entry_of(context.scenario, context.stack.name)) {}

  std::vector<FixCandidate> all() {
    for (const std::string& axis : axes_in_order()) {
      const auto present = context_.stack.system.find(axis);
      if (present == context_.stack.system.end() || !present->second.policy) continue;
      const std::string now = present->second.policy->name;
      add_parameters(axis, present->second);
      for (const policies::PolicyInfo& policy : context_.registry.policies())
        if (policy.axis == axis && policy.name != now)
          add(axis, policy.name, fmt::format("{} instead of {}", policy.name, now),
              {{"policy", policy.name}});
    }
    return std::move(all_);
  }

 private:
  std::vector<std::string> axes_in_order() const {
    std::vector<std::string> order;
    const auto add = [&order](const std::string& axis) {
      if (std::find(order.begin(), order.end(), axis) == order.end()) order.push_back(axis);
    };
    for (const MechanismMember& member : context_.members)
      for (const std::string& axis : axes_behind(member.reason)) add(axis);
    for (const policies::AxisInfo& axis : policies::axes())
      if (axis.name != kRecovery) add(axis.name);
    add(kRecovery);
    return order;
  }

  // Numbers of units are a matter of degree; flags and words are another way to do it.
  void add_parameters(const std::string& axis, const scenarios::ResolvedStack::Choice& present) {
    const std::string& policy = present.policy->name;
    for (const Parameter& parameter : present.policy->parameters) {
      const std::int64_t now = present.values.get(parameter.name);
      const auto add_value = [&](const std::string& word, const Json& value) {
        const std::string option = fmt::format("{} with {} {}", policy, parameter.name, word);
        add(axis, option, option, {{"policy", policy}, {parameter.name, value}});
      };
      if (parameter.kind == ParameterKind::flag) add_value(now ? "off" : "on", now == 0);
      if (parameter.kind != ParameterKind::word) continue;
      for (std::size_t i = 0; i < parameter.words.size(); ++i)
        if (static_cast<std::int64_t>(i) != now) add_value(parameter.words[i], parameter.words[i]);
    }
  }

  /// Writes `policy` over what the stack says about the axis, for the system and for each GPU that
  /// has a word of its own. Parameters of the same policy stay.
  void add(const std::string& axis, std::string option, const std::string& change,
           const Json& policy) {
    Json stack = entry_.value;
    write(stack["axes"][axis], policy);
    if (stack.contains("gpus"))
      for (Json& axes : stack["gpus"])
        if (axes.contains(axis)) write(axes[axis], policy);
    all_.push_back({fmt::format("{}: {}", axis, change),
                    axis,
                    std::move(option),
                    {entry_.pointer + "=" + stack.dump()}});
  }
  static void write(Json& spec, const Json& policy) {
    const std::string before = spec.is_object() ? spec.value("policy", "") : "";
    if (!spec.is_object() || (!before.empty() && before != policy.at("policy").get<std::string>()))
      spec = policy;
    else
      spec.update(policy);
  }

  static constexpr const char* kRecovery = "hang";
  const FixContext& context_;
  StackEntry entry_;
  std::vector<FixCandidate> all_;
};

}  // namespace

std::vector<FixCandidate> policy_candidates(const FixContext& context) {
  return PolicyCandidates(context).all();
}

}  // namespace fencelab::campaign
