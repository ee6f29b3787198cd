// A machine with one GPU and a scheduler that tests advance by hand, as the mock scheduler of
// drivers/gpu/drm/scheduler/tests/ does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/gpu/kernel_queue.hpp"
#include "models/machine.hpp"
#include "tests/conformance/rows.hpp"
#include "tests/models/mock_policies.hpp"

namespace fencelab::rows {

using namespace std::chrono_literals;

struct MockSemaphore final : SemaphorePolicy {
  bool runs_before_value() const override { return true; }
  Duration poll_time() const override { return kForever; }
};

struct SchedOptions {
  std::size_t engines = 1;
  std::uint32_t credits = 128;
  Duration timeslice{};
  std::optional<Duration> timeout{};
  bool guilty = false;
  bool sees_progress = false;
  bool shared_ring = false;
  RunQueueOrder order = RunQueueOrder::fifo;
};

class SchedRig {
 public:
  explicit SchedRig(const SchedOptions& options = {})
      : machine_(simulation, hardware_, DriverPolicies{}) {
    DriverPolicies policies;
    auto hang = std::make_unique<tests::MockHang>();
    hang->timeout = options.timeout;
    hang->guilty = options.guilty;
    hang->sees_progress = options.sees_progress;
    policies.hang = std::move(hang);
    policies.semaphore = std::make_unique<MockSemaphore>();
    policies.submission = std::make_unique<tests::MockSubmission>(options.order);
    Gpu::Spec spec{.name = "gpu0", .driver = "mock", .engines = {}};
    for (std::size_t i = 0; i < options.engines; ++i) {
      Engine::Spec engine;
      engine.name = "rcs" + std::to_string(i);
      engine.klass = "rcs";
      engine.credits = options.credits;
      engine.timeslice = options.timeslice;
      engine.shared_ring = options.shared_ring;
      spec.engines.push_back(std::move(engine));
    }
    gpu_ = &machine_.add_gpu(std::move(spec), std::move(policies));
    client_ = &machine_.add_client("test");
  }

  Gpu& gpu() { return *gpu_; }
  Engine& engine(std::size_t index = 0) { return *gpu_->engines()[index]; }

  /// An entity: a queue of its own, on the first engine or on all of them.
  GpuContext& entity(int priority = 0, bool on_all_engines = false) {
    GpuContext::Spec spec;
    spec.name = "entity" + std::to_string(client_->contexts().size());
    for (const auto& engine : gpu_->engines()) spec.engines.push_back(engine.get());
    if (!on_all_engines) spec.engines.resize(1);
    spec.balanced = on_all_engines;
    spec.priority = priority;
    client_->contexts().push_back(std::make_unique<GpuContext>(*client_, *gpu_, std::move(spec)));
    return *client_->contexts().back();
  }
  KernelQueue& queue_of(GpuContext& entity) { return entity.kernel_queue(engine()); }

  /// A job that runs for `duration`, or until it is advanced by hand.
  JobPtr job(GpuContext& entity, std::optional<Duration> duration) {
    const JobPtr job(new Job(simulation));
    job->client = client_;
    job->context = &entity;
    job->infinite = !duration;
    job->duration = job->remaining = duration.value_or(Duration{});
    job->semaphore_open_at = Time{};
    job->account.open(simulation.now());
    job->entity = &queue_of(entity);
    job->finished = make_intrusive<DmaFence>(simulation, job.get(), job->entity->fence_context(),
                                             job->entity->next_seqno());
    job->publish_completion({job->finished, nullptr, 0, job.get()});
    return job;
  }
  JobPtr push(GpuContext& entity, std::optional<Duration> duration, const JobPtr& after = {}) {
    const JobPtr made = job(entity, duration);
    if (after) made->depend_on({after->finished}, DependencyRule::program);
    made->entity->push(made);
    return made;
  }

  void run_for(Duration duration) {
    const Time until = simulation.now() + duration;
    simulation.run(until);
    simulation.advance_to(until);
  }

  /// Whether run_job() was called for it.
  static bool is_scheduled(const Job& job) {
    return job.state == JobState::on_ring || job.state == JobState::running ||
           job.state == JobState::done;
  }
  static bool is_finished(const Job& job) { return job.finished->is_signaled(); }

  Simulation simulation;

 private:
  platform::SharedHardware hardware_{simulation, {}};
  Machine machine_;
  Gpu* gpu_ = nullptr;
  Client* client_ = nullptr;
};

}  // namespace fencelab::rows
