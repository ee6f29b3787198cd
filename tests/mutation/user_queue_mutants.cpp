// Bugs of drivers of user queues: what must be there while a queue runs, and what it waits for.
#include "models/gpu/user_queue.hpp"
#include "models/machine.hpp"
#include "models/vm/user_vm.hpp"
#include "policies/submission/steps.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Task;
using models::JobPtr;

/// The steps of the product's user-mode submission.
class RingWriter : public models::SubmissionPolicy {
 public:
  explicit RingWriter(core::Simulation& simulation) : simulation_(simulation) {}
  bool user_mode() const override { return true; }

 protected:
  static const models::DriverPolicies& policies_of(const models::Job& job) {
    return job.context->gpu().policies();
  }
  static void synchronise(models::Job& job) {
    policies_of(job).sync->add_dependencies(job);
    policies::depend_on_binds(job);
  }
  Task<> ring_doorbell(JobPtr job) {
    policies_of(*job).sync->submitted(*job);
    if (job->values_reached()) job->semaphore_open_at = core::Time{};
    co_await core::sleep_for(simulation_, kCost, core::WaitReason::submit);
    policies::write_to_ring(job);
  }

 private:
  static constexpr core::Duration kCost{1'000};
  core::Simulation& simulation_;
};

/// Tells the address space of what the job writes, and not of what it reads.
class ForgetsWhatItReads final : public RingWriter {
 public:
  using RingWriter::RingWriter;
  Task<> submit(JobPtr job) override {
    const models::AccessList all = job->accesses;
    job->accesses.erase(std::remove_if(job->accesses.begin(), job->accesses.end(),
                                       [](const auto& access) { return !access.write; }),
                        job->accesses.end());
    const int error = co_await policies::join_address_space(job);
    if (error != 0) co_return policies::fail_submission(job, error);
    job->accesses = all;
    synchronise(*job);
    co_await policies::wait_in_ring(job);
    policies::promise_value(*job);
    co_await ring_doorbell(job);
  }
};

/// Waits in the ring for values, and for no fence of a kernel driver.
class IgnoresKernelFences final : public RingWriter {
 public:
  using RingWriter::RingWriter;
  Task<> submit(JobPtr job) override {
    const int error = co_await policies::join_address_space(job);
    if (error != 0) co_return policies::fail_submission(job, error);
    synchronise(*job);
    auto& dependencies = job->dependencies;
    dependencies.erase(
        std::remove_if(dependencies.begin(), dependencies.end(),
                       [](const auto& dependency) { return dependency.point.fence; }),
        dependencies.end());
    co_await policies::wait_in_ring(job);
    policies::promise_value(*job);
    co_await ring_doorbell(job);
  }
};

/// Reads the value before it counts it up.
class PromisesValueBefore final : public RingWriter {
 public:
  using RingWriter::RingWriter;
  Task<> submit(JobPtr job) override {
    const int error = co_await policies::join_address_space(job);
    if (error != 0) co_return policies::fail_submission(job, error);
    synchronise(*job);
    co_await policies::wait_in_ring(job);
    models::UserQueue& queue = job->context->user_queue();
    job->publish_completion({nullptr, &queue.progress(), queue.next_value() - 1, job.get()});
    co_await ring_doorbell(job);
  }
};

/// Writes the ring of an address space that is out, and wakes nobody to bring it back.
class WakesNobody final : public RingWriter {
 public:
  using RingWriter::RingWriter;
  Task<> submit(JobPtr job) override {
    const int error = co_await policies::join_address_space(job);
    if (error != 0) co_return policies::fail_submission(job, error);
    synchronise(*job);
    co_await policies::wait_in_ring(job);
    policies::promise_value(*job);
    policies_of(*job).sync->submitted(*job);
    models::UserQueue& queue = job->context->user_queue();
    job->queue = &queue.ring();
    policies::announce(job);
    queue.push(job);
  }
};

template <class Policy>
Seed submits() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&,
            policies::RunState& run) { set.submission = std::make_unique<Policy>(run.simulation); };
}

}  // namespace

void add_user_queue_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back(
      {.name = "forgets-what-it-reads",
       .axis = "submission",
       .scenario = "user-pressure",
       .stack = "preempt",
       .bug = "a user queue's address space does not know of buffers that are only read",
       .seed = submits<ForgetsWhatItReads>()});
  mutants.push_back(
      {.name = "wakes-nobody",
       .axis = "submission",
       .scenario = "user-pressure",
       .stack = "preempt",
       .bug = "a doorbell of a queue that is off the hardware wakes no worker to restore it",
       .source = "amdgpu_userq.c, resume_work; xe_exec.c, resume of deactivated LR VMs",
       .seed = submits<WakesNobody>()});
  mutants.push_back(
      {.name = "ignores-kernel-fences",
       .axis = "submission",
       .scenario = "kernel-to-user",
       .stack = "kernel-to-user",
       .bug = "a user queue polls values, and nobody waits for the fences of kernel drivers",
       .source = "amdgpu_userq_fence.c: foreign fences are waited for in the wait ioctl",
       .seed = submits<IgnoresKernelFences>(),
       .gpu = "gpu1"});
  mutants.push_back(
      {.name = "promises-value-before",
       .axis = "submission",
       .scenario = "user-relay",
       .stack = "user-queues-preempt-ctx",
       .bug = "a job's completion is the value of the job before: read before it is counted up",
       .seed = submits<PromisesValueBefore>()});
}

}  // namespace fencelab::mutation
