// One policy for each axis. Those of the tree are in the program, once: they are called there.
#include "models/client.hpp"
#include "policies/plugin/plugin.hpp"
#include "policies/submission/submission.hpp"
#include "policies/sync/implicit.hpp"

namespace {

using namespace fencelab;

/// As implicit; counts, so that the class is its own.
class Sync final : public policies::ImplicitSync {
 public:
  using ImplicitSync::ImplicitSync;
  void submitted(models::Job& job) override {
    ++jobs_;
    ImplicitSync::submitted(job);
  }
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      models::HandOver with) override {
    co_await ImplicitSync::accept(client, gpu, buffer, std::move(with));
  }

 private:
  std::uint64_t jobs_ = 0;
};

/// Takes buffers from whoever is done with them.
class Residency final : public models::ResidencyPolicy {
 public:
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
};

class Reclaim final : public models::ReclaimPolicy {
 public:
  bool may_reclaim(const models::AllocRequest&) const override { return true; }
  bool may_wait_for_gpu(const models::AllocRequest&) const override { return true; }
};

class Hang final : public models::HangPolicy {
 public:
  std::optional<core::Duration> job_timeout(const models::Job&) const override {
    return std::chrono::seconds(5);
  }
  std::optional<core::Duration> fence_wait_timeout() const override { return std::nullopt; }
  std::optional<core::Duration> preempt_timeout() const override { return std::nullopt; }
};

class Semaphore final : public models::SemaphorePolicy {
 public:
  bool runs_before_value() const override { return false; }
  core::Duration poll_time() const override { return kForever; }
};

class Flip final : public models::FlipPolicy {
 public:
  std::optional<std::size_t> choose(std::span<const models::SwapImage* const> presented, core::Time,
                                    core::Time) override {
    if (presented.empty()) return std::nullopt;
    return presented.size() - 1;
  }
  bool insists_on(const models::SyncPoint&) const override { return false; }
};

/// The policy of the tree under another name: what it has in common with others stays in common.
policies::Factory same_as(const char* axis, const char* name) {
  return [axis, name](models::DriverPolicies& set, const policies::ParameterValues&,
                      policies::RunState& run) {
    const policies::Registry registry = policies::Registry::built_in();
    const policies::PolicyInfo* const policy = registry.find(axis, name);
    policies::ParameterValues values;
    for (const policies::Parameter& parameter : policy->parameters)
      values.set(parameter.name, parameter.default_value);
    policy->make(set, values, run);
  };
}

void contents(plugin::Contents& plugin) {
  const auto add = [&](const char* axis, policies::Factory make) {
    plugin.add(policies::PolicyInfo{axis,
                                    std::string("twin-") + axis,
                                    "as one of the tree",
                                    "tests/plugins/axes.cpp",
                                    {},
                                    std::move(make)});
  };
  using Set = models::DriverPolicies;
  using Values = policies::ParameterValues;
  using Run = policies::RunState;
  add("sync", [](Set& set, const Values&, Run& run) {
    set.sync = std::make_unique<Sync>(run.simulation, false);
  });
  add("submission", same_as("submission", "kernel"));
  add("residency",
      [](Set& set, const Values&, Run&) { set.residency = std::make_unique<Residency>(); });
  add("userptr", same_as("userptr", "notifier-wait"));
  add("bind", same_as("bind", "sync"));
  add("reclaim", [](Set& set, const Values&, Run&) { set.reclaim = std::make_unique<Reclaim>(); });
  add("hang", [](Set& set, const Values&, Run&) { set.hang = std::make_unique<Hang>(); });
  add("semaphore",
      [](Set& set, const Values&, Run&) { set.semaphore = std::make_unique<Semaphore>(); });
  add("flip", [](Set& set, const Values&, Run&) { set.flip = std::make_unique<Flip>(); });
}

}  // namespace

FENCELAB_PLUGIN("axes", "1.0", contents)
