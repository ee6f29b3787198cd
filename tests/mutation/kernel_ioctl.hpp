// KernelIoctl: the steps of the product's submit ioctl, for mutants that take them in another
// order.
#pragma once

#include "models/axes/driver_policies.hpp"
#include "models/machine.hpp"
#include "policies/submission/steps.hpp"

namespace fencelab::mutation {

class KernelIoctl : public models::SubmissionPolicy {
 public:
  explicit KernelIoctl(core::Simulation& simulation) : simulation_(simulation) {}
  bool user_mode() const override { return false; }

 protected:
  core::Simulation& simulation() const { return simulation_; }
  static models::Memory& memory(const models::Job& job) {
    return job.context->gpu().machine().memory();
  }
  static const models::DriverPolicies& policies_of(const models::Job& job) {
    return job.context->gpu().policies();
  }
  static models::AllocRequest request(const models::Job& job) {
    return {models::AllocRequest::Context::ioctl, job.client, nullptr};
  }
  /// Up to the point where reservations are locked.
  core::Task<> begin(models::JobPtr job) {
    policies::prepare_for_kernel(*job);
    models::SyncPolicy& sync = *policies_of(*job).sync;
    if (!sync.uses_resv()) sync.add_dependencies(*job);
    co_await policies::wait_for_values(job);
    co_await core::sleep_for(simulation_, kCost, core::WaitReason::submit);
  }
  /// Under the reservations: what the job must wait for.
  static void synchronise(models::Job& job) {
    models::SyncPolicy& sync = *policies_of(job).sync;
    if (sync.uses_resv()) sync.add_dependencies(job);
    policies::depend_on_binds(job);
  }
  static void publish_and_queue(const models::JobPtr& job) {
    policies::create_fence(*job);
    publish_created_and_queue(job);
  }
  static void publish_created_and_queue(const models::JobPtr& job) {
    policies::publish(*job, policies_of(*job));
    policies_of(*job).sync->submitted(*job);
    policies::queue_job(job);
  }

 private:
  static constexpr core::Duration kCost{20'000};
  core::Simulation& simulation_;
};

}  // namespace fencelab::mutation
