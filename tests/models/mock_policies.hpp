// Policies for models that tests put together by hand, without a registry.
#pragma once

#include <optional>

#include "models/axes/driver_policies.hpp"
#include "models/axes/gpu_policies.hpp"

namespace fencelab::tests {

/// Nothing ever times out, unless a test says when jobs do.
struct MockHang final : models::HangPolicy {
  std::optional<core::Duration> timeout;
  bool guilty = false;
  bool sees_progress = false;
  std::optional<core::Duration> job_timeout(const models::Job&) const override { return timeout; }
  std::optional<core::Duration> fence_wait_timeout() const override { return std::nullopt; }
  std::optional<core::Duration> preempt_timeout() const override { return std::nullopt; }
  bool cancels_guilty() const override { return guilty; }
  bool spares(const models::Job&, core::Duration) const override { return sees_progress; }
};

/// Nobody submits through it; the scheduler asks it for its order.
struct MockSubmission final : models::SubmissionPolicy {
  explicit MockSubmission(models::RunQueueOrder order_) : order(order_) {}
  models::RunQueueOrder order;
  core::Task<> submit(models::JobPtr) override { co_return; }
  bool user_mode() const override { return false; }
  models::RunQueueOrder run_queue_order() const override { return order; }
};

/// Every allocation may reclaim, and wait for the GPU meanwhile, or none.
struct MockReclaim final : models::ReclaimPolicy {
  explicit MockReclaim(bool may_) : may(may_) {}
  bool may;
  bool may_reclaim(const models::AllocRequest&) const override { return may; }
  bool may_wait_for_gpu(const models::AllocRequest&) const override { return may; }
};

}  // namespace fencelab::tests
