#include "tests/conformance/recordings/world.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "policies/registry.hpp"

namespace fencelab::recordings {

namespace {

/// Nobody recovers anything here, least of all the commit worker (9.1 of the rules).
models::DriverPolicies no_recovery(core::Simulation& simulation) {
  const policies::Registry registry = policies::Registry::built_in();
  policies::RunState state(simulation);
  models::DriverPolicies policies;
  registry.find("hang", "none")->make(policies, {}, state);
  return policies;
}

/// virtio-gpu's display; its rate matters to nothing that was recorded.
models::Display::Spec screen(models::KernelVersion kernel) {
  return {"virtio-gpu crtc-0", std::chrono::microseconds(16'667), models::quirks_of(kernel)};
}

/// Arguments that an operation defines: "export B0 r S0" defines its third.
const std::map<std::string, std::vector<std::size_t>, std::less<>>& outputs() {
  static const std::map<std::string, std::vector<std::size_t>, std::less<>> table = {
      {"buf", {0}},     {"attach", {2}}, {"newfence", {0, 1}}, {"export", {2}},   {"merge", {2}},
      {"ycreate", {0}}, {"yshare", {1}}, {"yexport", {1}},     {"yeventfd", {2}}, {"flip", {2}},
      {"tl", {0}},      {"tfence", {2}}, {"rget", {2}},
  };
  return table;
}

}  // namespace

World::World(models::KernelVersion kernel)
    : hardware_(simulation_, {}),
      machine_(simulation_, hardware_, no_recovery(simulation_)),
      display_(machine_.add_display(screen(kernel))),
      vgem_(simulation_) {}

World::~World() = default;

bool World::defines_all(const Operation& operation) const {
  const auto found = outputs().find(operation.word);
  for (std::size_t i = 0; i < operation.args.size(); ++i) {
    if (!is_name(operation.args[i])) continue;
    if (found != outputs().end() &&
        std::find(found->second.begin(), found->second.end(), i) != found->second.end())
      continue;
    const std::string name = parse_point(operation.args[i]).name;
    if (!buffers_.contains(name) && !files_.contains(name) && !syncobjs_.contains(name) &&
        !counters_.contains(name) && !timelines_.contains(name) && !handles_.contains(name))
      return false;
  }
  return true;
}

models::DmaBuf& World::add_buffer(const std::string& name) {
  models::Buffer& buffer = machine_.add_buffer({.name = name, .bytes = 4096});
  auto view = std::make_unique<models::DmaBuf>(buffer.resv());
  models::DmaBuf& result = *view;
  buffers_.insert_or_assign(name, std::move(view));
  return result;
}

models::SyncobjPoint World::point(const std::string& text) {
  const NamedPoint named = parse_point(text);
  return {syncobjs_.at(named.name), named.point};
}

models::EventCounter& World::counter(const std::string& name) {
  auto& counter = counters_[name];
  if (!counter) counter = std::make_unique<models::EventCounter>(simulation_);
  return *counter;
}

models::SwTimeline& World::add_timeline(const std::string& name) {
  auto& timeline = timelines_[name];
  timeline = std::make_unique<models::SwTimeline>(simulation_, name);
  set_label(timeline->context(), name);
  return *timeline;
}

void World::forget(const std::string& name) {
  if (const auto found = buffers_.find(name); found != buffers_.end()) {
    closed_.push_back(std::move(found->second));
    buffers_.erase(found);
  }
  files_.erase(name);
  syncobjs_.erase(name);
}

std::string World::label_of(const core::DmaFence& fence) const {
  if (fence.context() == 0) return "stub";
  const auto found = labels_.find(fence.context());
  return found != labels_.end() ? found->second : fence.is_container() ? "container" : "fence";
}

}  // namespace fencelab::recordings
