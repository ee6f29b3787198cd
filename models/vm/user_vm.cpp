#include "models/vm/user_vm.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/order_events.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"
#include "models/sync/drm_exec.hpp"
#include "models/userptr/user_ranges.hpp"
#include "models/vm/gpu_vm.hpp"

namespace fencelab::models {

UserVm::UserVm(Client& client, Gpu& gpu)
    : client_(client),
      gpu_(gpu),
      simulation_(gpu.machine().simulation()),
      cell_(simulation_, this),
      members_cell_(simulation_),
      closing_cell_(simulation_),
      ban_cell_(simulation_),
      bell_(simulation_) {
  fence_context_ = core::raw(simulation_.new_object_id());
  if (simulation_.untimed()) begun_.emplace(simulation_);
  fence_class_ = gpu.order_class(core::OrderKind::fence, "preempt fence");
  worker_ = &simulation_.spawn(
      {client.name() + " residency worker@" + gpu.name(), core::ProcessRole::kernel_worker, true},
      serve());
  worker_->doing = "suspend and restore user queues";
  if (gpu.policies().residency->userq_work() == ResidencyPolicy::UserqWork::none) return;
  userq_ = std::make_unique<UserqWork>(simulation_, client.name() + "@" + gpu.name());
  userq_->settled.describe_by([this](core::WaitGraphBuilder& builder) {
    return builder.process(worker_, "restore of " + client_.name(), core::kNoObject);
  });
}

// What cell_ stands for. Of the fences that were there only matters whether there was one.
bool UserVm::hash_state(std::uint64_t& hash) const {
  hash = (resident_ ? 1 : 0) + (stop_asked_ ? 2 : 0) + (seqno_ > 0 ? 4 : 0) +
         (resume_asked_ ? 8 : 0) + (release_ ? 16 : 0) + (banned_ ? 32 : 0);
  hash = core::mix_hash(hash, preempt_fence_ ? core::raw(preempt_fence_->id()) : 0);
  return true;
}

bool UserVm::add_buffer(Buffer& buffer) {
  members_cell_.read();
  buffer.needs.read();
  // The same as looking through buffers_, but a buffer is in few address spaces.
  if (std::find(buffer.vms.begin(), buffer.vms.end(), this) != buffer.vms.end()) return false;
  members_cell_.write();
  cell_.read();
  buffers_.push_back(&buffer);
  buffer.needs.write();
  buffer.vms.push_back(this);
  if (resident_ && preempt_fence_) buffer.resv_on(gpu_).add(preempt_fence_, Usage::bookkeep);
  return true;
}

void UserVm::remove_buffer(Buffer& buffer) {
  members_cell_.write();
  std::erase(buffers_, &buffer);
  buffer.needs.write();
  std::erase(buffer.vms, this);
}

void UserVm::add_queue(HwQueue& queue) {
  members_cell_.read();
  if (std::find(queues_.begin(), queues_.end(), &queue) != queues_.end()) return;
  members_cell_.write();
  cell_.read();
  queues_.push_back(&queue);
  queue.vm = this;
  queue.worker = worker_;
  queue.set_suspended(!resident_);
}

bool UserVm::has_work() const {
  members_cell_.read();
  return std::any_of(queues_.begin(), queues_.end(),
                     [](const HwQueue* queue) { return queue->head(); });
}

void UserVm::publish(const core::FencePtr& fence) {
  members_cell_.read();
  for (Buffer* buffer : buffers_) buffer->resv_on(gpu_).add(fence, Usage::bookkeep);
}

// Who rings it first opens the gate; whoever comes later knows from the bell.
void UserVm::ring() {
  bell_.ring();
  if (begun_ && !std::exchange(was_rung_, true)) begun_->add();
}

bool UserVm::enable_signaling(core::DmaFence&) {
  cell_.write();
  stop_asked_ = true;
  asked_at_ = simulation_.now();
  ring();
  return true;
}

// What waits for others comes first. The rest stands between the arming and the signalling of the
// preempt fence (drivers/gpu/drm/xe/xe_preempt_fence.c, preempt_fence_work_func():
// dma_fence_begin_signalling(); amdgpu_eviction_fence.c, its suspend work).
core::Task<> UserVm::suspend() {
  if (userq_) co_await userq_->mutex.lock();
  cell_.write();
  members_cell_.read();
  co_await gpu_.policies().residency->drain(*this);
  const core::OrderScope section(simulation_, core::ScopeKind::signalling, fence_class_);
  co_await gpu_.policies().residency->before_suspend(*this);
  for (HwQueue* queue : queues_) gpu_.firmware().suspend(*queue);
  co_await take_turn(gpu_.suspensions());
  co_await take_off();
  const bool outside = userq_ && gpu_.policies().residency->userq_work() ==
                                     ResidencyPolicy::UserqWork::signals_outside;
  if (outside) {
    userq_->mutex.unlock();
    co_await core::point(simulation_);
    cell_.write();
  }
  if (core::FencePtr fence = std::move(preempt_fence_)) fence->signal();
  preempt_fence_ = nullptr;
  if (userq_ && !outside) userq_->mutex.unlock();
  if (gpu_.suspensions()) gpu_.suspensions()->unlock();
}

// Its turn in an ordered work queue, if `queue` is one.
core::Task<> UserVm::take_turn(core::Mutex* queue) {
  if (queue) co_await queue->lock();
}

core::Task<> UserVm::take_off() {
  for (HwQueue* queue : queues_) co_await gpu_.firmware().wait_until_left(*queue);
  cell_.write();
  for (HwQueue* queue : queues_)
    simulation_.emit(core::ProbeKind::queue_suspended, queue->id(),
                     static_cast<std::uint64_t>((simulation_.now() - asked_at_).count()));
  resident_ = false;
  stop_asked_ = false;
  suspended_at_ = simulation_.now();
}

core::Task<> UserVm::ensure_fence() {
  while (userq_) {
    co_await userq_->mutex.lock();
    cell_.read();
    if (preempt_fence_) co_return;
    cell_.write();
    resume_asked_ = true;
    userq_->mutex.unlock();
    ring();
    core::SingleWait flushed(userq_->settled, 0, {.reason = core::WaitReason::fifo});
    co_await flushed;
  }
}

void UserVm::publishing_done() {
  if (userq_) userq_->mutex.unlock();
}

core::Task<> UserVm::stop_for_notifier() {
  cell_.write();
  if (!resident_) co_return;
  if (preempt_fence_) {
    const core::FencePtr fence = preempt_fence_;
    co_await fence->wait(core::WaitReason::notifier);
    co_return;
  }
  members_cell_.read();
  for (HwQueue* queue : queues_) gpu_.firmware().suspend(*queue);
  for (HwQueue* queue : queues_) co_await gpu_.firmware().wait_until_off(*queue);
  cell_.write();
  resident_ = false;
  ring();
}

// drm_gpuvm_validate(): brings home what is out.
core::Task<Placement> UserVm::bring_home(std::vector<Buffer*> buffers, AllocRequest request) {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    Buffer& buffer = *buffers[i];
    buffer.placement.read();
    if (!buffer.exists || buffer.user_pages()) continue;
    const Placement placed = co_await gpu_.machine().memory().place(buffer, request);
    if (placed != Placement::ok) co_return placed;
    buffer.fill();
  }
  co_return Placement::ok;
}

// Locks every reservation as one ww transaction, then brings every buffer home
// (xe_preempt_work_begin() in drivers/gpu/drm/xe/xe_vm.c).
core::Task<Placement> UserVm::validate(DrmExec* exec, std::vector<Buffer*> wanted, bool exclusive) {
  DrmExec::Locked resvs;
  for (Buffer* buffer : wanted) {
    DmaResv* const resv = &buffer->resv_on(gpu_);
    const bool known =
        buffer->shares_reservation() && std::find(resvs.begin(), resvs.end(), resv) != resvs.end();
    if (!known) resvs.push_back(resv);
  }
  if (gpu_.validation() && exclusive) co_await gpu_.validation()->lock_write();
  if (gpu_.validation() && !exclusive) co_await gpu_.validation()->lock_read();
  Placement placed = Placement::ok;
  while (exec->until_all_locked()) {
    co_await exec->prepare_all(resvs, 1);
    if (exec->is_contended()) continue;
    placed = co_await bring_home(wanted,
                                 {AllocRequest::Context::rebind, &client_, &exec->ticket(), exec});
  }
  if (placed != Placement::ok) co_return placed;
  core::FencePtr repaired;
  GpuVm* const mappings = client_.existing_gpu_vm(gpu_);
  if (mappings) repaired = mappings->rebind_moved();
  co_await wait_for_moves(wanted);
  if (repaired) co_await repaired->wait(core::WaitReason::memory);
  co_return placed;
}

// The queues run as soon as they are on: what is on its way has to be there.
core::Task<> UserVm::wait_for_moves(std::vector<Buffer*> buffers) {
  std::vector<core::FencePtr> moves;
  for (Buffer* buffer : buffers)
    buffer->resv_on(gpu_).for_each(Usage::kernel, [&](const DmaResv::Entry& entry) {
      if (!entry.fence->is_known_signaled()) moves.push_back(entry.fence);
    });
  for (std::size_t i = 0; i < moves.size(); ++i) co_await moves[i]->wait(core::WaitReason::fence);
}

// A validation that got no memory is tried again alone, if the policy has it so
// (xe_validation_should_retry() in drivers/gpu/drm/xe/xe_validation.c); one whose pages of the
// process went meanwhile, from the beginning.
core::Task<bool> UserVm::place_all() {
  members_cell_.read();
  const std::vector<Buffer*> wanted = buffers_;
  UserRanges ranges(client_, gpu_);
  for (Buffer* buffer : wanted) ranges.add(*buffer, true);
  std::optional<core::RetryLoop> tries;
  if (!ranges.empty()) tries.emplace(simulation_);
  for (bool exclusive = false;;) {
    if (tries) tries->again(exclusive ? 1 : 0);
    // What is unmapped is no error here: the GPU's access to it will be one.
    const int error = co_await ranges.get();
    if (error == core::fence_error::kNoMemory) co_return false;
    DrmExec exec(simulation_, {});
    const Placement placed = co_await validate(&exec, wanted, exclusive);
    const bool ok = placed == Placement::ok;
    if (ok && userq_) co_await userq_->mutex.lock();
    co_await ranges.lock();
    const bool again = ok && ranges.changed();
    cell_.write();
    if (ok && !again && gpu_.policies().residency->preempts()) {
      preempt_fence_ =
          core::make_intrusive<core::DmaFence>(simulation_, this, fence_context_, ++seqno_);
      publish(preempt_fence_);
    }
    if (ok && !again && userq_) make_resident();
    ranges.unlock();
    exec.unlock_all();
    if (gpu_.validation() && exclusive) gpu_.validation()->unlock_write();
    if (gpu_.validation() && !exclusive) gpu_.validation()->unlock_read();
    if (ok && userq_) userq_->mutex.unlock();
    if (again) {
      ranges.note_retry();
      continue;
    }
    if (ok || exclusive || !gpu_.validation()) co_return ok;
    exclusive = true;
  }
}

core::Task<bool> UserVm::restore() {
  if (seqno_ > 0) {
    const core::Time not_before = suspended_at_ + gpu_.policies().residency->restore_delay();
    const bool may_sleep = gpu_.policies().residency->restore_delay() > core::Duration{};
    if (simulation_.untimed() && may_sleep) {
      // A step of its own in each schedule: serve() promised that no clock matters.
      co_await core::point(simulation_);
      simulation_.not_before(not_before);
    } else {
      co_await core::SleepUntil(simulation_, not_before);
    }
  }
  co_await take_turn(gpu_.restores());
  const bool ok = co_await place_all();
  if (ok && !userq_) make_resident();
  if (userq_) userq_->settled.ring();
  if (gpu_.restores()) gpu_.restores()->unlock();
  co_return ok;
}

void UserVm::make_resident() {
  cell_.write();
  members_cell_.read();
  resident_ = true;
  resume_asked_ = false;
  resumed_at_ = simulation_.now();
  for (HwQueue* queue : queues_) {
    gpu_.firmware().resume(*queue);
    simulation_.emit(core::ProbeKind::queue_resumed, queue->id(),
                     static_cast<std::uint64_t>((simulation_.now() - suspended_at_).count()));
    gpu_.firmware().ring_doorbell(*queue);
  }
}

// Idle address spaces stay out until work is queued: otherwise two of them could evict each other
// for ever without running anything; which is what a policy that restores idle ones shows.
// Nothing but what its cells stand for lives on from one round to the next.
core::Task<> UserVm::serve() {
  if (begun_) co_await begun_->wait(1);
  for (;;) {
    simulation_.forget(1);
    bell_.clear();
    cell_.read();
    if (stop_asked_) {
      co_await suspend();
      continue;
    }
    closing_cell_.read();
    if (release_ && !has_work()) {
      co_await gpu_.firmware().await_answer();  // that its queues are no more
      const std::vector<Buffer*> held = buffers_;
      const auto release = std::exchange(release_, {});
      retire();
      for (Buffer* buffer : held) release(*buffer);
      continue;
    }
    const bool idle_too =
        gpu_.policies().residency->restores_idle() && seqno_ > 0 && !buffers_.empty();
    if (!resident_ && !banned() && (idle_too || resume_asked_ || has_work())) {
      const bool ok = co_await restore();
      if (!ok && gpu_.policies().residency->restore_bans())
        ban();
      else if (!ok)
        co_await wait_for_memory();
      continue;
    }
    co_await bell_.wait();
  }
}

// Too little memory for now: try again when something may have changed, or (KFD) at the next beat
// after that.
core::Task<> UserVm::wait_for_memory() {
  Memory& memory = gpu_.machine().memory();
  const core::Time tried = simulation_.now();
  const auto retry = gpu_.policies().residency->restore_retry();
  const bool returns = memory.only_returns_help();
  if (returns)
    co_await memory.wait_for_return();
  else if (!retry)
    co_await core::sleep_for(simulation_, gpu_.policies().residency->restore_pause(),
                             core::WaitReason::memory);
  if (!retry) co_return;
  const core::Duration waited = simulation_.now() - tried;
  const auto beats = std::max<std::int64_t>(1, (waited + *retry - core::Duration{1}) / *retry);
  co_await core::sleep_for(simulation_, beats * *retry - waited, core::WaitReason::memory);
}

// xe_vm_kill() in drivers/gpu/drm/xe/xe_vm.c.
void UserVm::ban() {
  cell_.write();
  ban_cell_.write();
  banned_ = true;
  members_cell_.read();
  std::vector<JobPtr> jobs;
  for (const HwQueue* queue : queues_)
    jobs.insert(jobs.end(), queue->jobs().begin(), queue->jobs().end());
  for (const JobPtr& job : jobs) job->kill(core::fence_error::kCanceled);
}

void UserVm::close(std::function<void(Buffer&)> release) {
  const bool confirmed = gpu_.firmware().answers();
  if (!has_work() && confirmed) return retire();
  closing_cell_.write();
  release_ = std::move(release);
  if (!confirmed) ring();
}

void UserVm::work_ended() {
  closing_cell_.read();
  if (release_) ring();
}

void UserVm::retire() {
  cell_.write();
  members_cell_.write();
  for (Buffer* buffer : buffers_) {
    buffer->needs.write();
    std::erase(buffer->vms, this);
  }
  buffers_.clear();
  resident_ = false;
  if (core::FencePtr fence = std::move(preempt_fence_)) fence->signal();
  preempt_fence_ = nullptr;
}

core::GateIndex UserVm::describe_resume(core::WaitGraphBuilder& builder) const {
  return builder.process(worker_, "restore of " + client_.name(), core::kNoObject);
}

core::GateIndex UserVm::describe_release(core::WaitGraphBuilder& builder,
                                         const core::DmaFence& fence) const {
  return builder.process(worker_, "preemption of " + client_.name(), fence.id());
}

std::string UserVm::describe(const core::DmaFence&) const {
  return "preempt fence of " + client_.name() + "@" + gpu_.name();
}

}  // namespace fencelab::models
