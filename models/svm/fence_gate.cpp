#include "models/svm/fence_gate.hpp"

#include <algorithm>

#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"

namespace fencelab::models {

FenceGate::FenceGate(Gpu& gpu, const FaultRules& rules, FaultService& service, std::string name,
                     std::vector<Engine*> engines)
    : gpu_(gpu),
      rules_(rules),
      service_(service),
      name_(std::move(name)),
      engines_(std::move(engines)),
      simulation_(gpu.machine().simulation()),
      lock_(simulation_, "engine group of " + name_, "engine group"),
      cell_(simulation_),
      bell_(simulation_) {
  if (!acts()) return;
  worker_ = &simulation_.spawn({name_ + " resume worker", core::ProcessRole::kernel_worker, true},
                               serve());
  worker_->doing = "resume faulting work";
}

bool FenceGate::is_of(const Engine& engine) const {
  return std::find(engines_.begin(), engines_.end(), &engine) != engines_.end();
}

// A context's engines are all of one group.
std::vector<HwQueue*> FenceGate::queues() const {
  std::vector<HwQueue*> mine = gpu_.user_queues();
  std::erase_if(
      mine, [this](const HwQueue* queue) { return !is_of(*queue->context().engines().front()); });
  return mine;
}

bool FenceGate::acts() const {
  return rules_.isolation == FaultIsolation::exclusive_modes ||
         rules_.isolation == FaultIsolation::reserve_while_fenced;
}

// xe_exec_ioctl() and xe_hw_engine_group_get_mode(): a job that is not ready to run must not keep
// faulting work out for as long as what it waits for takes, so the switch comes after that.
core::Task<> FenceGate::admit(JobPtr job) {
  if (!acts()) co_return;
  for (;;) {
    co_await lock_.lock();
    cell_.write();
    SyncPoint unready;
    if (!fences_)
      for (const Dependency& dependency : job->dependencies)
        if (unready.empty() && !dependency.point.done()) unready = dependency.point;
    if (unready.empty()) break;
    lock_.unlock();
    co_await unready.wait({.reason = core::WaitReason::fence});
  }
  if (!fences_) {
    if (rules_.isolation == FaultIsolation::exclusive_modes)
      co_await switch_to_fences();
    else
      co_await take_units_back();
    cell_.write();
    fences_ = true;
  }
  ++admitted_;
  lock_.unlock();
}

// The fence is not out yet: that it may take until faults are served closes no circle.
core::Task<> FenceGate::switch_to_fences() {
  const std::vector<HwQueue*> parked = queues();
  for (HwQueue* queue : parked) queue->set_parked(true);
  for (std::size_t i = 0; i < parked.size(); ++i)
    co_await gpu_.firmware().wait_until_off(*parked[i]);
}

// Units of waves that wait for pages come back when the pages are there.
core::Task<> FenceGate::take_units_back() {
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    Engine& engine = *engines_[i];
    if (const Job* stalled = engine.stalled_job()) {
      const std::uint64_t value = stalled->ring_waits.back().value;
      co_await service_.served().wait(value, core::WaitReason::memory);
    }
    engine.set_units(100 - rules_.reserved_percent);
  }
}

void FenceGate::published(const Job& job) {
  if (!acts()) return;
  cell_.write();
  --admitted_;
  pending_.push_back(job.finished);
  bell_.ring();
}

void FenceGate::withdrawn() {
  if (!acts()) return;
  cell_.write();
  --admitted_;
  bell_.ring();
}

void FenceGate::joined(HwQueue& queue) {
  if (rules_.isolation != FaultIsolation::exclusive_modes) return;
  cell_.read();
  if (fences_) queue.set_parked(true);
}

void FenceGate::let_faulting_work_go_on() {
  fences_ = false;
  if (rules_.isolation == FaultIsolation::exclusive_modes)
    for (HwQueue* queue : queues()) {
      queue->set_parked(false);
      gpu_.firmware().ring_doorbell(*queue);
    }
  else
    for (Engine* engine : engines_) engine->set_units(100);
}

// hw_engine_group_resume_lr_jobs_func(): the other mode begins with the last fence of this one.
core::Task<> FenceGate::serve() {
  for (;;) {
    co_await bell_.wait();
    co_await lock_.lock();
    cell_.write();
    std::vector<core::FencePtr> fences;
    fences.swap(pending_);
    lock_.unlock();
    for (std::size_t i = 0; i < fences.size(); ++i) co_await fences[i]->wait();
    co_await lock_.lock();
    cell_.write();
    if (fences_ && admitted_ == 0 && pending_.empty()) let_faulting_work_go_on();
    lock_.unlock();
  }
}

core::GateIndex FenceGate::describe_resume(core::WaitGraphBuilder& builder) const {
  return builder.process(worker_, "resume of faulting work on " + name_, core::kNoObject);
}

}  // namespace fencelab::models
