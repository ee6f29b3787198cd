// GpuVm: the lists of external and of evicted buffers, and what submissions do about them.
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/machine.hpp"
#include "models/sync/drm_exec.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/table_throttle.hpp"

namespace fencelab::models {

void note_evicted(Buffer& buffer) {
  for (VmBo* const link : buffer.vm_bos) link->vm->evicted(*link);
}

VmBo& GpuVm::link_of(Buffer& buffer) {
  const auto [found, is_new] = links_.try_emplace(buffer.index());
  VmBo& link = found->second;
  if (!is_new) return link;
  link.vm = this;
  link.buffer = &buffer;
  link.external = &buffer.resv_on(gpu_) != &resv_;
  lists_cell_.write();
  buffer.placement.write();
  buffer.vm_bos.push_back(&link);
  return link;
}

// From the ioctl on, although the bind may be far from being carried out: submissions then put
// their fences on a buffer that is about to be mapped, so that it stays (panthor, xe).
void GpuVm::list(VmBo& link) {
  counts_cell_.add();
  ++link.asked;
  lists_cell_.write();
  if (link.external) external_[link.buffer->index()] = &link;
  if (at_home(*link.buffer)) return;
  link.evicted = true;
  if (!link.external) evicted_.insert(link.buffer->index());
}

// Whether it is mapped, or about to be: what is not stays on the lists and does not count, so that
// the end of an unbind, which no thread waits for, changes no list.
bool GpuVm::in_use(const VmBo& link) const {
  counts_cell_.read();
  bound_cell_.read();
  return link.asked > 0 || mapped_.maps(*link.buffer);
}

bool GpuVm::at_home(const Buffer& buffer) const { return gpu_.machine().memory().at_home(buffer); }

// Who evicts holds the reservation of the buffer. For a private one that is the address space's, so
// that the list may be changed; for an external one it only leaves a note.
void GpuVm::evicted(VmBo& link) {
  if (!in_use(link)) return;
  lists_cell_.write();
  link.evicted = true;
  if (!link.external) evicted_.insert(link.buffer->index());
  if (!mapped_.maps(*link.buffer)) return;
  link.stale = true;
  stale_.insert(link.buffer->index());
}

core::Task<int> GpuVm::validate_target(BindRequestPtr request) {
  Buffer& buffer = *request->buffer;
  DrmExec exec(simulation_, {});
  Placement placed = Placement::ok;
  while (exec.until_all_locked()) {
    co_await exec.prepare(buffer.resv_on(gpu_), 1);
    if (exec.is_contended()) continue;
    if (!request->maps() || buffer.user_pages()) continue;  // whose pages submissions get
    placed = co_await gpu_.machine().memory().place(
        buffer, {AllocRequest::Context::ioctl, &client_, &exec.ticket(), &exec});
  }
  if (placed == Placement::ok) {
    buffer.placement.write();
    buffer.content = buffer.content || (request->maps() && !buffer.user_pages());
    buffer.resv_on(gpu_).add(request->done, Usage::bookkeep);
  }
  exec.unlock_all();
  co_return placed == Placement::ok ? 0 : core::fence_error::kNoMemory;
}

std::vector<DmaResv*> GpuVm::reservations() {
  lists_cell_.read();
  std::vector<DmaResv*> all{&resv_};
  for (const auto& [index, link] : external_)
    if (in_use(*link)) all.push_back(&link->buffer->resv_on(gpu_));
  return all;
}

core::Task<Placement> GpuVm::validate(AllocRequest request) {
  lists_cell_.read();
  for (const auto& [index, link] : external_)
    if (link->evicted && in_use(*link)) evicted_.insert(index);
  while (!evicted_.empty()) {
    VmBo& link = links_.at(*evicted_.begin());
    link.buffer->placement.read();
    if (link.buffer->exists && in_use(link) && !link.buffer->user_pages()) {
      const Placement placed = co_await gpu_.machine().memory().place(*link.buffer, request);
      if (placed != Placement::ok) co_return placed;
      link.buffer->placement.write();
      link.buffer->content = true;
    }
    lists_cell_.write();
    link.evicted = false;
    evicted_.erase(link.buffer->index());
  }
  co_return Placement::ok;
}

core::FencePtr GpuVm::rebind_moved() {
  lists_cell_.read();
  core::FencePtr last;
  const std::set<std::uint32_t> stale = stale_;
  for (const std::uint32_t index : stale) {
    VmBo& link = links_.at(index);
    if (!at_home(*link.buffer)) continue;
    lists_cell_.write();
    bound_cell_.write();
    link.evicted = link.stale = false;
    stale_.erase(index);
    evicted_.erase(index);
    if (!mapped_.maps(*link.buffer)) continue;
    ++link.rebinding;
    if (!rebinds_) rebinds_ = std::make_unique<BindQueue>(*this, "of the kernel");
    auto request = core::make_intrusive<BindRequest>();
    request->buffer = link.buffer;
    request->kind = BindRequest::Kind::rebind;
    request->bytes = link.buffer->bytes();
    request->done = rebinds_->new_fence();
    last = request->done;
    rebinds_->push(std::move(request));
  }
  return last;
}

void GpuVm::publish(const core::FencePtr& fence) {
  for (DmaResv* const resv : reservations()) resv->add(fence, Usage::bookkeep);
}

bool GpuVm::managed(const Buffer& buffer) const {
  lists_cell_.read();
  return links_.contains(buffer.index());
}

bool GpuVm::bound(const Buffer& buffer, std::uint64_t begin, std::uint64_t end) const {
  bound_cell_.read();
  lists_cell_.read();
  const auto link = links_.find(buffer.index());
  if (link == links_.end() || !mapped_.covers(buffer, begin, end)) return false;
  // Where the bytes are gone that is what is wrong, not the entries.
  return (!link->second.stale && link->second.rebinding == 0) || !at_home(buffer);
}

void GpuVm::depend(Job& job) const {
  asked_cell_.read();
  for (const Access& access : job.accesses) {
    const auto found = last_.find(access.buffer->index());
    if (found == last_.end()) continue;
    for (const Asked& asked : found->second)
      if (asked.begin < access.end && access.begin < asked.end)
        job.depend_on({asked.fence}, DependencyRule::bind, access.buffer);
  }
}

// xe_vm_kill() in drivers/gpu/drm/xe/xe_vm.c: the queues of the address space go with it.
void GpuVm::cancel_jobs() {
  for (const auto& context : client_.contexts()) {
    if (&context->gpu() != &gpu_) continue;
    for (Engine* const engine : context->engines())
      if (KernelQueue* const queue = context->existing_kernel_queue(*engine)) queue->blame();
    UserQueue* const user = context->existing_user_queue();
    if (!user) continue;
    const std::vector<JobPtr> jobs(user->ring().jobs().begin(), user->ring().jobs().end());
    for (const JobPtr& job : jobs) job->kill(core::fence_error::kCanceled);
  }
}

}  // namespace fencelab::models
