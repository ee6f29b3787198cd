// Bugs in how a queue waits on the engine, and in who is punished for it.
#include "models/axes/gpu_policies.hpp"
#include "models/gpu/job.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Duration;

/// Spins on the engine until the value is there.
class SpinsForEver final : public models::SemaphorePolicy {
 public:
  bool runs_before_value() const override { return true; }
  Duration poll_time() const override { return kForever; }
};

/// Takes milliseconds for microseconds.
class ShortJobTimeout final : public ForwardingHang {
 public:
  using ForwardingHang::ForwardingHang;
  std::optional<Duration> job_timeout(const models::Job& job) const override {
    const auto timeout = right().job_timeout(job);
    return timeout ? std::optional(*timeout / 1000) : timeout;
  }
};

/// Counts from the submission and not from the start.
class CountsFromSubmission final : public ForwardingHang {
 public:
  using ForwardingHang::ForwardingHang;
  std::optional<Duration> job_timeout(const models::Job& job) const override {
    const auto timeout = right().job_timeout(job);
    if (!timeout) return timeout;
    const Duration old = job.simulation().now() - job.account.opened();
    return std::max(*timeout - old, Duration(1'000));
  }
};

class ShortPreemptTimeout final : public ForwardingHang {
 public:
  using ForwardingHang::ForwardingHang;
  std::optional<Duration> preempt_timeout() const override {
    const auto timeout = right().preempt_timeout();
    return timeout ? std::optional(*timeout / 1000) : timeout;
  }
};

class ShortFenceTimeout final : public ForwardingHang {
 public:
  using ForwardingHang::ForwardingHang;
  std::optional<Duration> fence_wait_timeout() const override {
    const auto timeout = right().fence_wait_timeout();
    return timeout ? std::optional(*timeout / 1000) : timeout;
  }
};

template <class Policy>
Seed notices() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.hang = std::make_unique<Policy>(std::move(set.hang));
  };
}

Seed spins() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.semaphore = std::make_unique<SpinsForEver>();
  };
}

}  // namespace

void add_engine_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back(
      {.name = "spins-for-ever",
       .axis = "semaphore",
       .scenario = "one-engine",
       .stack = "aware",
       .bug = "a queue spins on its semaphore and keeps the engine that its producer needs",
       .source = "i915_request.c, emit_semaphore_wait (D46)",
       .seed = spins()});
  mutants.push_back(
      {.name = "short-job-timeout",
       .axis = "hang",
       .scenario = "long-jobs",
       .stack = "tdr",
       .bug = "the watchdog takes milliseconds for microseconds and resets healthy jobs",
       .seed = notices<ShortJobTimeout>()});
  mutants.push_back({.name = "counts-from-submission",
                     .axis = "hang",
                     .scenario = "long-jobs",
                     .stack = "tdr",
                     .bug = "the watchdog counts from the submission of a job, not from its start",
                     .source = "sched_main.c: the timer runs for the head of the pending list",
                     .seed = notices<CountsFromSubmission>()});
  mutants.push_back(
      {.name = "short-fence-timeout",
       .axis = "hang",
       .scenario = "long-jobs",
       .stack = "wait-timeout",
       .bug = "a wait for a fence gives up, force-signals it and kills its job while that job is "
              "healthy",
       .source =
           "Documentation/driver-api/dma-buf.rst: timeouts turn deadlocks into random failures",
       .seed = notices<ShortFenceTimeout>()});
  mutants.push_back(
      {.name = "short-preempt-timeout",
       .axis = "hang",
       .scenario = "slow-preemption",
       .stack = "preempt",
       .bug = "a queue is reset although it would have left the engine at its next chance",
       .source = "xe preempt_timeout_us",
       .seed = notices<ShortPreemptTimeout>()});
}

}  // namespace fencelab::mutation
