// The registry of policies: by axis and name, with parameters that carry units, defaults and
// sources. It is a value (no singleton): whoever needs it makes one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/axes/driver_policies.hpp"
#include "models/sync/syncobj.hpp"

namespace fencelab::policies {

/// What a parameter's value is.
enum class ParameterKind : std::uint8_t { duration, bytes, count, flag, word };

struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::duration;
  std::int64_t default_value = 0;  ///< ns, bytes, count, or 0/1
  std::int64_t min = 0, max = 0;   ///< both included; equal: no range
  std::string meaning, source;
  std::vector<std::string> words;  ///< kind word: the allowed words; values are their numbers
};

/// Values of a policy's parameters: those given, defaults for the rest.
class ParameterValues {
 public:
  void set(const std::string& name, std::int64_t value) { values_[name] = value; }
  std::int64_t get(const std::string& name) const { return values_.at(name); }
  core::Duration duration(const std::string& name) const { return core::Duration(get(name)); }
  bool flag(const std::string& name) const { return get(name) != 0; }

 private:
  std::map<std::string, std::int64_t> values_;
};

class SubmitQueue;

/// State that policies of one run share.
struct RunState {
  explicit RunState(core::Simulation& run);
  ~RunState();
  core::Simulation& simulation;
  models::AccessTracker truth;  ///< the oracle's knowledge of all true accesses
  /// Timelines as timeline syncobjs, by the timeline's id.
  std::unordered_map<std::uint64_t, models::SyncobjPtr> syncobjs;
  /// Submit threads of user-mode drivers, by the id of their queue's ring.
  std::unordered_map<std::uint64_t, std::unique_ptr<SubmitQueue>> submit_queues;
};

/// A policy's place in a set of driver policies is filled by its factory.
using Factory = std::function<void(models::DriverPolicies&, const ParameterValues&, RunState&)>;

struct PolicyInfo {
  std::string axis, name, summary, source;
  std::vector<Parameter> parameters;
  Factory make;
  std::string plugin{};  ///< which plug-in, of which contents, it comes from; empty: built in
};

/// The axes in the order of the documentation, each with its question.
struct AxisInfo {
  std::string name, question;
  bool has_coroutines = false;  ///< among the methods of its class
};
const std::vector<AxisInfo>& axes();

class Registry {
 public:
  /// Every built-in policy.
  static Registry built_in();
  void add(PolicyInfo info) { policies_.push_back(std::move(info)); }
  const std::vector<PolicyInfo>& policies() const { return policies_; }
  const PolicyInfo* find(const std::string& axis, const std::string& name) const;

 private:
  std::vector<PolicyInfo> policies_;
};

/// A named driver stack: one policy per axis with parameter values as text-free numbers.
struct Preset {
  std::string name, summary, source;
  struct Choice {
    std::string policy;
    std::map<std::string, std::int64_t> parameters;
  };
  std::map<std::string, Choice> axes;
};
const std::vector<Preset>& presets();
const Preset* find_preset(const std::string& name);

// One function per axis adds its policies (policies/<axis>/).
void add_sync_policies(Registry& registry);
void add_submission_policies(Registry& registry);
void add_residency_policies(Registry& registry);
void add_userptr_policies(Registry& registry);
void add_bind_policies(Registry& registry);
void add_reclaim_policies(Registry& registry);
void add_hang_policies(Registry& registry);
void add_semaphore_policies(Registry& registry);
void add_flip_policies(Registry& registry);

}  // namespace fencelab::policies
