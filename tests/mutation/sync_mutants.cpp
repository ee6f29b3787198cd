// Bugs in what a job waits for and what it publishes.
#include <algorithm>

#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/memory/buffer.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using models::DmaResv;
using models::Job;
using models::Usage;

class PublishesWritesAsReads final : public ForwardingSync {
 public:
  using ForwardingSync::ForwardingSync;
  Usage publish_as(const models::Access&) const override { return Usage::read; }
};

/// Waits for what `query` says about each access.
class OtherQuery final : public ForwardingSync {
 public:
  using Query = Usage (*)(bool write);
  OtherQuery(std::unique_ptr<models::SyncPolicy> right, Query query)
      : ForwardingSync(std::move(right)), query_(query) {}
  void add_dependencies(Job& job) override {
    for (const models::Access& access : job.declared())
      access.buffer->resv().for_each(query_(access.write), [&](const DmaResv::Entry& entry) {
        const auto* producer = dynamic_cast<const Job*>(entry.fence->producer());
        if (producer && producer->entity == job.entity) return;
        job.depend_on({entry.fence}, models::DependencyRule::resv_write);
      });
  }

 private:
  Query query_;
};

class FirstBufferOnly final : public ForwardingSync {
 public:
  using ForwardingSync::ForwardingSync;
  void add_dependencies(Job& job) override {
    const models::AccessList all = job.accesses;
    job.accesses.resize(std::min<std::size_t>(all.size(), 1));
    right().add_dependencies(job);
    job.accesses = all;
  }
};

/// Drops dependencies that the right policy adds.
class SkipsSome final : public ForwardingSync {
 public:
  using Skip = bool (*)(const Job& job, const models::Dependency& dependency);
  SkipsSome(std::unique_ptr<models::SyncPolicy> right, Skip skip)
      : ForwardingSync(std::move(right)), skip_(skip) {}
  void add_dependencies(Job& job) override {
    const auto before = static_cast<std::ptrdiff_t>(job.dependencies.size());
    right().add_dependencies(job);
    auto& all = job.dependencies;
    all.erase(std::remove_if(all.begin() + before, all.end(),
                             [&](const auto& dependency) { return skip_(job, dependency); }),
              all.end());
  }

 private:
  Skip skip_;
};

bool of_same_process(const Job& job, const models::Dependency& dependency) {
  return dependency.producer && dependency.producer->client == job.client;
}

bool of_same_device(const Job& job, const models::Dependency& dependency) {
  return dependency.producer && &dependency.producer->context->gpu() == &job.context->gpu();
}

/// Lets a dma_fence depend on a value.
class FutureFence final : public ForwardingSync {
 public:
  using ForwardingSync::ForwardingSync;
  models::ValueWaits value_waits() const override { return models::ValueWaits::future_fence; }
};

class WrapsUserFences final : public ForwardingSync {
 public:
  using ForwardingSync::ForwardingSync;
  bool wraps_user_fences() const override { return true; }
};

template <class Policy, class... More>
Seed wrap(More... more) {
  return [=](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.sync = std::make_unique<Policy>(std::move(set.sync), more...);
  };
}

}  // namespace

void add_sync_mutants(std::vector<Mutant>& mutants) {
  const auto querying = [](auto query) { return wrap<OtherQuery>(OtherQuery::Query(query)); };
  mutants.push_back({.name = "publishes-writes-as-reads",
                     .axis = "sync",
                     .scenario = "frame-relay",
                     .stack = "linux-implicit",
                     .bug = "a job that writes publishes its fence as a reader's",
                     .seed = wrap<PublishesWritesAsReads>()});
  mutants.push_back(
      {.name = "queries-swapped",
       .axis = "sync",
       .scenario = "frame-relay",
       .stack = "linux-implicit",
       .bug = "readers wait for readers and writers, writers for writers only",
       .source = "drivers/gpu/drm/amd/amdgpu/amdgpu_userq_fence.c in Linux 7.3.4, wait ioctl",
       .seed = querying([](bool write) { return write ? Usage::write : Usage::read; })});
  mutants.push_back(
      {.name = "waits-for-moves-only",
       .axis = "sync",
       .scenario = "frame-relay",
       .stack = "linux-legacy",
       .bug = "a job waits for KERNEL fences only, as if all synchronisation were explicit",
       .source = "drivers/gpu/drm/xe/xe_exec.c does so, and has user space that knows",
       .seed = querying([](bool) { return Usage::kernel; })});
  mutants.push_back({.name = "first-buffer-only",
                     .axis = "sync",
                     .scenario = "frame-relay",
                     .stack = "linux-implicit",
                     .bug = "the loop over the buffers of a job returns after the first",
                     .seed = wrap<FirstBufferOnly>()});
  mutants.push_back(
      {.name = "skips-own-process",
       .axis = "sync",
       .scenario = "frame-relay",
       .stack = "linux-implicit",
       .bug = "fences of the same process are skipped, not only those of the same queue",
       .source = "the owner rule of amdgpu_sync.c, without user space that knows of it",
       .seed = wrap<SkipsSome>(SkipsSome::Skip(of_same_process))});
  mutants.push_back(
      {.name = "skips-own-device",
       .axis = "sync",
       .scenario = "two-writers",
       .stack = "linux-implicit",
       .bug = "jobs of one device are taken to be in order, whichever engine has them",
       .seed = wrap<SkipsSome>(SkipsSome::Skip(of_same_device))});
  mutants.push_back({.name = "future-fence",
                     .axis = "sync",
                     .scenario = "value-before-submit",
                     .stack = "linux-implicit",
                     .bug = "the fence of a job depends on a user fence that is still to come",
                     .source = "Documentation/driver-api/dma-buf.rst, Indefinite DMA Fences",
                     .seed = wrap<FutureFence>()});
  mutants.push_back({.name = "wraps-user-fences",
                     .axis = "sync",
                     .scenario = "user-value",
                     .stack = "preempt",
                     .bug = "a job of a user queue hands out a dma_fence that stands for its value",
                     .source = "the proposals of 2021; Documentation/driver-api/dma-buf.rst",
                     .seed = wrap<WrapsUserFences>()});
  mutants.push_back(
      {.name = "readers-wait-for-readers",
       .axis = "sync",
       .scenario = "frame-relay",
       .stack = "linux-implicit",
       .bug = "every job waits for readers and writers alike",
       .source = "one exclusive fence per buffer, as drivers had before dma_resv",
       .seed = querying([](bool) { return Usage::read; }),
       .missed = "It waits for too much and never for too little. Over-synchronisation is measured "
                 "(`dependencies_false_count`), and is no fault."});
}

}  // namespace fencelab::mutation
