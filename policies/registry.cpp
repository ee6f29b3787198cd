#include "policies/registry.hpp"

#include "policies/sync/timeline.hpp"

namespace fencelab::policies {

RunState::RunState(core::Simulation& run) : simulation(run) {}
RunState::~RunState() = default;

const std::vector<AxisInfo>& axes() {
  static const std::vector<AxisInfo> kAxes = {
      {"sync", "which fences must a job wait for, and what does it publish?", true},
      {"submission", "how does work reach an engine?", true},
      {"residency", "how is memory taken from running work?", true},
      {"userptr", "what does the MMU notifier do?", true},
      {"bind", "when is GPU VM state updated, when is page-table memory taken?", true},
      {"reclaim", "what may an allocation do under pressure?"},
      {"hang", "who notices that something does not end, and who pays?"},
      {"semaphore", "how does a queue wait on a value?"},
      {"flip", "when may a frame be shown?"}};
  return kAxes;
}

Registry Registry::built_in() {
  Registry registry;
  add_sync_policies(registry);
  add_submission_policies(registry);
  add_residency_policies(registry);
  add_userptr_policies(registry);
  add_bind_policies(registry);
  add_reclaim_policies(registry);
  add_hang_policies(registry);
  add_semaphore_policies(registry);
  add_flip_policies(registry);
  return registry;
}

const PolicyInfo* Registry::find(const std::string& axis, const std::string& name) const {
  for (const PolicyInfo& info : policies_)
    if (info.axis == axis && info.name == name) return &info;
  return nullptr;
}

const Preset* find_preset(const std::string& name) {
  for (const Preset& preset : presets())
    if (preset.name == name) return &preset;
  return nullptr;
}

}  // namespace fencelab::policies
