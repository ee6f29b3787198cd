#include "cli/policy_skeletons.hpp"

#include <algorithm>
#include <iterator>

namespace fencelab::cli {

namespace {

constexpr PolicySkeleton kSkeletons[] = {
    {"sync", "#include \"models/gpu/job.hpp\"\n#include \"policies/sync/implicit.hpp\"\n",
     R"(/// Waits and publishes as dma_resv has it (policies/sync/implicit.hpp), but for what is overridden
/// here. models::SyncPolicy says what else may be.
class Policy final : public policies::ImplicitSync {
 public:
  explicit Policy(core::Simulation& simulation) : ImplicitSync(simulation, false) {}
  void add_dependencies(models::Job& job) override { ImplicitSync::add_dependencies(job); }
  void submitted(models::Job& job) override { ImplicitSync::submitted(job); }
};
)",
     "run.simulation"},
    {"submission", "#include \"policies/submission/submission.hpp\"\n",
     R"(/// An ioctl and the DRM scheduler, as kernel queues have it (policies/submission/submission.hpp).
class Policy final : public models::SubmissionPolicy {
 public:
  core::Task<> submit(models::JobPtr job) override { co_await kernel_.submit(std::move(job)); }
  core::Task<> enter_kernel(models::JobPtr job) override {
    co_await kernel_.enter_kernel(std::move(job));
  }
  bool user_mode() const override { return false; }
  core::Duration ioctl_cost() const override { return std::chrono::microseconds(10); }
  models::RunQueueOrder run_queue_order() const override { return models::RunQueueOrder::fifo; }

 private:
  policies::KernelSubmission kernel_{{.ioctl_cost = std::chrono::microseconds(10)}};
};
)",
     ""},
    {"residency", "",
     R"(/// Whoever takes a buffer waits until the GPU is done with it.
class Policy final : public models::ResidencyPolicy {
 public:
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
};
)",
     ""},
    {"userptr", "",
     R"(/// Changes a policy of the tree: what is not overridden here is as there.
class Policy final : public models::UserptrPolicy {
 public:
  explicit Policy(policies::RunState& run) {
    const policies::Registry registry = policies::Registry::built_in();
    const policies::PolicyInfo* const base = registry.find("userptr", "notifier-wait");
    policies::ParameterValues values;
    for (const policies::Parameter& parameter : base->parameters)
      values.set(parameter.name, parameter.default_value);
    models::DriverPolicies set;
    base->make(set, values, run);
    base_ = std::move(set.userptr);
  }
  bool pinned() const override { return base_->pinned(); }
  core::Task<> invalidate(models::Invalidation range) override {
    co_await base_->invalidate(range);
  }
  core::Duration get_pages_cost(std::uint64_t bytes) const override {
    return base_->get_pages_cost(bytes);
  }
  bool locks_all_along() const override { return base_->locks_all_along(); }

 private:
  std::unique_ptr<models::UserptrPolicy> base_;
};
)",
     "run"},
    {"bind", "#include \"models/vm/bind_traits.hpp\"\n#include \"models/vm/bind_queue.hpp\"\n",
     R"(/// Changes a policy of the tree: what is not overridden here is as there.
class Policy final : public models::BindPolicy {
 public:
  explicit Policy(policies::RunState& run) {
    const policies::Registry registry = policies::Registry::built_in();
    const policies::PolicyInfo* const base = registry.find("bind", "sync");
    policies::ParameterValues values;
    for (const policies::Parameter& parameter : base->parameters)
      values.set(parameter.name, parameter.default_value);
    models::DriverPolicies set;
    base->make(set, values, run);
    base_ = std::move(set.bind);
  }
  core::Task<> bind(models::BindQueue& queue,
                    core::IntrusivePtr<models::BindRequest> request) override {
    co_await base_->bind(queue, std::move(request));
  }
  const models::BindTraits& traits() const override { return base_->traits(); }

 private:
  std::unique_ptr<models::BindPolicy> base_;
};
)",
     "run"},
    {"reclaim", "",
     R"(/// Takes from whoever is done with it, and waits for the GPU.
class Policy final : public models::ReclaimPolicy {
 public:
  bool may_reclaim(const models::AllocRequest&) const override { return true; }
  bool may_wait_for_gpu(const models::AllocRequest&) const override { return true; }
};
)",
     ""},
    {"hang", "",
     R"(/// A job that is on its engine for five seconds is reset.
class Policy final : public models::HangPolicy {
 public:
  std::optional<core::Duration> job_timeout(const models::Job&) const override {
    return std::chrono::seconds(5);
  }
  std::optional<core::Duration> fence_wait_timeout() const override { return std::nullopt; }
  std::optional<core::Duration> preempt_timeout() const override { return std::nullopt; }
};
)",
     ""},
    {"semaphore", "",
     R"(/// The scheduler sees the semaphore, and does not run the queue before the value is there.
class Policy final : public models::SemaphorePolicy {
 public:
  bool runs_before_value() const override { return false; }
  core::Duration poll_time() const override { return kForever; }
};
)",
     ""},
    {"flip", "#include \"models/winsys/swapchain.hpp\"\n",
     R"(/// Shows the newest frame, drawn or not.
class Policy final : public models::FlipPolicy {
 public:
  std::optional<std::size_t> choose(std::span<const models::SwapImage* const> presented,
                                    core::Time /*next_vblank*/, core::Time /*now*/) override {
    for (std::size_t i = presented.size(); i-- > 0;)
      if (is_ready(*presented[i])) return i;
    return std::nullopt;  // the frame that is on the screen stays there
  }
  bool insists_on(const models::SyncPoint&) const override { return false; }

 private:
  static bool is_ready(const models::SwapImage&) { return true; }
};
)",
     ""},
};

}  // namespace

const PolicySkeleton* find_skeleton(std::string_view axis) {
  const auto found = std::find_if(std::begin(kSkeletons), std::end(kSkeletons),
                                  [&](const PolicySkeleton& each) { return each.axis == axis; });
  return found == std::end(kSkeletons) ? nullptr : found;
}

}  // namespace fencelab::cli
