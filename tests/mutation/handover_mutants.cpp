// Bugs in what travels with a buffer, and in what a process remembers of its own accesses.
#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/memory/buffer.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using models::AccessTracker;
using models::HandOver;

/// Changes what goes along with a buffer.
class OtherHandOver final : public ForwardingSync {
 public:
  using Change = void (*)(HandOver& with);
  OtherHandOver(std::unique_ptr<models::SyncPolicy> right, Change change)
      : ForwardingSync(std::move(right)), change_(change) {}
  HandOver hand_over(models::Client& client, models::Buffer& buffer) override {
    HandOver with = right().hand_over(client, buffer);
    change_(with);
    return with;
  }

 private:
  Change change_;
};

/// Changes what the receiver makes of what came along.
class OtherAccept final : public ForwardingSync {
 public:
  using Change = void (*)(HandOver& with);
  OtherAccept(std::unique_ptr<models::SyncPolicy> right, Change change)
      : ForwardingSync(std::move(right)), change_(change) {}
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      HandOver with) override {
    change_(with);
    return right().accept(client, gpu, buffer, std::move(with));
  }

 private:
  Change change_;
};

/// Remembers only some of a job's accesses.
class Forgets final : public ForwardingSync {
 public:
  using Forget = bool (*)(const models::Access& access);
  Forgets(std::unique_ptr<models::SyncPolicy> right, Forget forget)
      : ForwardingSync(std::move(right)), forget_(forget) {}
  void submitted(models::Job& job) override {
    const models::AccessList all = job.accesses;
    job.accesses.erase(std::remove_if(job.accesses.begin(), job.accesses.end(), forget_),
                       job.accesses.end());
    right().submitted(job);
    job.accesses = all;
  }

 private:
  Forget forget_;
};

/// Imports what came along from another driver as if it only read.
class ImportsAsReader final : public ForwardingSync {
 public:
  using ForwardingSync::ForwardingSync;
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      HandOver with) override {
    for (AccessTracker::Entry& entry : with) entry.write = false;
    return right().accept(client, gpu, buffer, std::move(with));
  }
};

template <class Policy, class... More>
Seed wrap(More... more) {
  return [=](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.sync = std::make_unique<Policy>(std::move(set.sync), more...);
  };
}

void drop_all(HandOver& with) { with.clear(); }
void keep_oldest(HandOver& with) { with.resize(std::min<std::size_t>(with.size(), 1)); }
void drop_values(HandOver& with) {
  std::erase_if(with, [](const auto& entry) { return entry.point.is_value(); });
}
void one_too_many(HandOver& with) {
  for (AccessTracker::Entry& entry : with)
    if (entry.point.is_value())
      entry.point = {nullptr, entry.point.timeline, entry.point.value + 1};
}
void one_too_few(HandOver& with) {
  for (AccessTracker::Entry& entry : with)
    if (entry.point.is_value()) --entry.point.value;
}

}  // namespace

void add_handover_mutants(std::vector<Mutant>& mutants) {
  const auto handing = [](auto change) {
    return wrap<OtherHandOver>(OtherHandOver::Change(change));
  };
  const auto accepting = [](auto change) { return wrap<OtherAccept>(OtherAccept::Change(change)); };
  mutants.push_back({"hands-over-nothing", "sync", "frame-relay", "vulkan-explicit",
                     "a buffer is passed on without the sync_file of its unfinished work", "-",
                     handing(drop_all)});
  mutants.push_back({"hands-over-oldest", "sync", "frame-relay", "vulkan-explicit",
                     "the sync_file that goes along holds the oldest of several fences only", "-",
                     handing(keep_oldest)});
  mutants.push_back(
      {"ignores-what-came-along", "sync", "user-relay", "user-queues-preempt-ctx",
       "values that came with a buffer are dropped, because the kernel cannot import them", "-",
       accepting(drop_values)});
  mutants.push_back(
      {"forgets-reads", "sync", "frame-relay", "vulkan-explicit",
       "the driver remembers who wrote a buffer, and not who reads it", "-",
       wrap<Forgets>(Forgets::Forget([](const auto& access) { return !access.write; }))});
  mutants.push_back(
      {"forgets-writes", "sync", "user-relay", "user-queues-preempt-ctx",
       "the driver remembers who reads a buffer, and not who wrote it", "-",
       wrap<Forgets>(Forgets::Forget([](const auto& access) { return access.write; }))});
  mutants.push_back({"value-one-too-many", "sync", "user-relay", "user-queues-preempt-ctx",
                     "the value handed over is one more than what the job will write", "-",
                     handing(one_too_many)});
  mutants.push_back({"value-one-too-few", "sync", "user-relay", "user-queues-preempt-ctx",
                     "the value handed over is that of the job before", "-", handing(one_too_few)});
  mutants.push_back({"imports-as-reader", "sync", "mixed-drivers", "kernel-to-kernel",
                     "a sync_file that came with a buffer is imported as a reader's fence",
                     "DMA_BUF_IOCTL_IMPORT_SYNC_FILE with DMA_BUF_SYNC_READ where WRITE is meant",
                     wrap<ImportsAsReader>()});
  mutants.push_back({"imports-fences-only", "sync", "mixed-drivers", "user-to-kernel",
                     "what came along as a value is skipped, since no dma_fence can stand for it",
                     "-", accepting(drop_values)});
}

}  // namespace fencelab::mutation
