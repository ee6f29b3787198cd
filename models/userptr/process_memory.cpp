#include "models/userptr/process_memory.hpp"

#include "core/assert.hpp"
#include "core/order_events.hpp"
#include "models/machine.hpp"
#include "models/userptr/late_pages.hpp"
#include "models/userptr/user_pages.hpp"
#include "models/vm/vm_bo.hpp"

namespace fencelab::models {

// ---------------------------------------------------------------- one invalidation

RangeInvalidation::RangeInvalidation(Machine& machine, Buffer& buffer, InvalidationCause cause)
    : machine_(machine), buffer_(buffer), cause_(cause), until_over_(machine.simulation()) {}

RangeInvalidation::~RangeInvalidation() {
  FENCELAB_ASSERT(!begun_ || !machine_.simulation().current(), "an invalidation was not ended");
}

core::Task<> finish_invalidation(InvalidationRest rest) {
  for (std::size_t i = 0; i < rest.flushes.size(); ++i)
    co_await rest.flushes[i]->wait(core::WaitReason::notifier);
  for (std::size_t i = 0; i < rest.fences.size(); ++i)
    if (!rest.fences[i]->is_signaled()) co_await rest.fences[i]->wait(core::WaitReason::notifier);
}

// mn_itree_invalidate(): one notifier after another, and then, of those with two passes, the second
// ones.
core::Task<> RangeInvalidation::start() {
  core::Simulation& simulation = machine_.simulation();
  UserPages& pages = *buffer_.user_pages();
  pages.begin();
  begun_ = true;
  const core::Time since = simulation.now();
  const core::OrderScope notifier(
      simulation, core::ScopeKind::notifier,
      simulation.order_classes().intern(core::OrderKind::notifier, "mmu_notifier"));
  const std::vector<UserPages::User> users = pages.users();
  std::vector<InvalidationRest> rests;
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (users[i].pinned) continue;
    const PageUser who = users[i].who;
    const Invalidation range{buffer_, who.client, *who.gpu, cause_};
    UserptrPolicy& policy = *who.gpu->policies().userptr;
    if (!policy.two_passes()) {
      co_await policy.invalidate(range);
      continue;
    }
    InvalidationRest rest = co_await policy.begin_invalidation(range);
    rests.push_back(std::move(rest));
  }
  for (std::size_t i = 0; i < rests.size(); ++i) co_await finish_invalidation(rests[i]);
  pages.begin_moving();
  pages.counters.invalidations += 1;
  pages.counters.notifier_ns += (simulation.now() - since).count();
}

void RangeInvalidation::replace() {
  buffer_.user_pages()->replace();
  note_evicted(buffer_);
  machine_.simulation().emit(core::ProbeKind::pages_replaced, buffer_.id(), 0, 0, &buffer_);
}

void RangeInvalidation::end() {
  begun_ = false;
  buffer_.user_pages()->end();
}

// ---------------------------------------------------------------- drivers

ProcessMemory::ProcessMemory(core::Simulation& simulation, Client& client)
    : simulation_(simulation),
      client_(client),
      mmap_lock_(simulation, "mmap_lock of " + client.name(), core::ReaderRule::fair, "mmap_lock"),
      cell_(simulation) {}

ProcessMemory::~ProcessMemory() = default;

LatePages& ProcessMemory::late_pages(Gpu& gpu) {
  cell_.read();
  auto& slot = late_pages_[gpu.index];
  if (slot) return *slot;
  cell_.write();
  slot = std::make_unique<LatePages>(simulation_, client_, gpu);
  return *slot;
}

core::RwLock& ProcessMemory::notifier_lock(Gpu& gpu) {
  cell_.read();
  auto& slot = notifier_locks_[gpu.index];
  if (slot) return *slot;
  cell_.write();
  slot = std::make_unique<core::RwLock>(simulation_,
                                        "notifier_lock of " + client_.name() + "@" + gpu.name(),
                                        core::ReaderRule::fair, "notifier_lock of " + gpu.driver());
  return *slot;
}

core::Task<> ProcessMemory::add_user(Buffer& buffer, Gpu& gpu) {
  const bool pins = gpu.policies().userptr->pinned();
  if (!pins) {
    const core::Uninterruptible until_unlocked(simulation_);
    co_await mmap_lock_.lock_write();
    mmap_lock_.unlock_write();
  }
  buffer.user_pages()->add_user({&client_, &gpu}, pins);
}

core::Task<Placement> fault_in(Machine& machine, Buffer& buffer, AllocRequest request) {
  const core::Uninterruptible until_unlocked(machine.simulation());
  core::Mutex& pages = buffer.user_pages()->page_lock();
  co_await pages.lock();
  const Placement placed = co_await machine.memory().place(buffer, request);
  if (placed == Placement::ok) buffer.fill();
  pages.unlock();
  co_return placed;
}

// account_locked_vm() in mm/util.c: once for each device that pins a range, before it does.
bool ProcessMemory::charge(UserPages& pages, PageUser who, std::uint64_t bytes) {
  cell_.read();
  if (pages.user(who)->charged) return true;
  if (memlock_limit && pinned_bytes_ + bytes > *memlock_limit) return false;
  cell_.write();
  pinned_bytes_ += bytes;
  pages.set_charged(who, true);
  return true;
}

void ProcessMemory::uncharge(UserPages& pages, PageUser who, std::uint64_t bytes) {
  cell_.write();
  pinned_bytes_ -= bytes;
  pages.set_charged(who, false);
}

core::Task<int> ProcessMemory::get_pages(Machine& machine, Buffer& buffer, Gpu& gpu,
                                         bool for_write) {
  const core::Uninterruptible until_unlocked(simulation_);
  UserPages& pages = *buffer.user_pages();
  if (for_write && pages.shared()) {
    const int error = co_await break_sharing(machine, buffer);
    if (error != 0) co_return error;
  }
  co_await mmap_lock_.lock_read();
  buffer.placement.read();
  int error = buffer.exists ? 0 : core::fence_error::kFault;
  const PageUser who{&client_, &gpu};
  const bool pins = error == 0 && pages.user(who)->pinned;
  const bool charges = pins && !pages.user(who)->charged;
  if (pins && !charge(pages, who, buffer.bytes())) error = core::fence_error::kNoMemory;
  if (error == 0) {
    const Placement placed =
        co_await fault_in(machine, buffer, {AllocRequest::Context::ioctl, &client_});
    if (placed != Placement::ok) error = core::fence_error::kNoMemory;
    // Unless another thread has got them meanwhile.
    if (error != 0 && charges && !pages.user(who)->got) uncharge(pages, who, buffer.bytes());
  }
  if (error == 0) {
    const core::Duration cost = gpu.policies().userptr->get_pages_cost(buffer.bytes());
    if (cost > core::Duration{}) co_await core::sleep_for(simulation_, cost, core::WaitReason::cpu);
  }
  mmap_lock_.unlock_read();
  co_return error;
}

// ---------------------------------------------------------------- programs

core::Task<> ProcessMemory::unmap(Machine& machine, Buffer& buffer) {
  const core::Uninterruptible until_unlocked(simulation_);
  co_await mmap_lock_.lock_write();
  RangeInvalidation range(machine, buffer, InvalidationCause::unmap);
  co_await range.start();
  co_await buffer.user_pages()->page_lock().lock();
  machine.memory().free(buffer);
  buffer.user_pages()->page_lock().unlock();
  range.replace();
  range.end();
  mmap_lock_.unlock_write();
}

// Pinned pages outlive their mapping, for their devices.
core::Task<> ProcessMemory::remap(Machine& machine, Buffer& buffer) {
  const core::Uninterruptible until_unlocked(simulation_);
  co_await mmap_lock_.lock_write();
  RangeInvalidation range(machine, buffer, InvalidationCause::unmap);
  co_await range.start();
  co_await buffer.user_pages()->page_lock().lock();
  if (!buffer.user_pages()->pinned()) machine.memory().discard_user_pages(buffer);
  buffer.user_pages()->page_lock().unlock();
  range.replace();
  range.end();
  mmap_lock_.unlock_write();
}

core::Task<bool> ProcessMemory::reserve_for_child(Machine& machine, std::uint64_t bytes) {
  Memory& memory = machine.memory();
  const Placement got =
      co_await memory.reserve(memory.system(), bytes, {AllocRequest::Context::user, &client_});
  if (got != Placement::ok) co_return false;
  cell_.write();
  if (children_ == 0) {  // the last one has ended meanwhile
    memory.unreserve(memory.system(), bytes);
    co_return true;
  }
  child_bytes_ += bytes;
  const core::Duration copying = memory.copy_time(bytes);
  if (copying > core::Duration{})
    co_await core::sleep_for(simulation_, copying, core::WaitReason::cpu);
  co_return true;
}

// MMU_NOTIFY_PROTECTION_PAGE in copy_page_range(): what was writable is no more.
core::Task<> ProcessMemory::tell_of_fork(Machine& machine, Buffer& buffer) {
  RangeInvalidation range(machine, buffer, InvalidationCause::fork);
  co_await range.start();
  buffer.user_pages()->share();
  range.end();
}

core::Task<> ProcessMemory::fork(Machine& machine, std::vector<Buffer*> buffers,
                                 std::optional<core::Duration> child_life) {
  const core::Uninterruptible until_unlocked(simulation_);
  co_await mmap_lock_.lock_write();
  cell_.write();
  ++children_;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    buffers[i]->placement.read();
    if (!buffers[i]->exists) continue;
    if (!buffers[i]->user_pages()->pinned())
      co_await tell_of_fork(machine, *buffers[i]);
    else
      co_await reserve_for_child(machine, buffers[i]->bytes());
  }
  mmap_lock_.unlock_write();
  if (!child_life) co_return;
  core::Process& child =
      simulation_.spawn({"child of " + client_.name(), core::ProcessRole::user_thread},
                        child_of_fork(machine, *child_life));
  child.doing = "forked process";
}

// What only the last child has goes with it, and pages have one owner again.
core::Task<> ProcessMemory::child_of_fork(Machine& machine, core::Duration life) {
  co_await core::sleep_for(simulation_, life);
  cell_.write();
  if (--children_ > 0) co_return;
  if (child_bytes_ > 0) machine.memory().unreserve(machine.memory().system(), child_bytes_);
  child_bytes_ = 0;
  for (const auto& buffer : machine.buffers())
    if (buffer->user_pages() && buffer->owner() == &client_) buffer->user_pages()->unshare();
}

core::Task<int> ProcessMemory::break_sharing(Machine& machine, Buffer& buffer) {
  const core::Uninterruptible until_over(simulation_);
  const bool copied = co_await reserve_for_child(machine, buffer.bytes());
  if (!copied) co_return core::fence_error::kNoMemory;
  RangeInvalidation range(machine, buffer, InvalidationCause::copy_on_write);
  co_await range.start();
  buffer.user_pages()->unshare();
  buffer.user_pages()->counters.copied_bytes += buffer.bytes();
  range.replace();
  range.end();
  co_return 0;
}

core::Task<bool> migrate_pages(Machine& machine, Buffer& buffer) {
  UserPages& pages = *buffer.user_pages();
  buffer.placement.read();
  if (pages.pinned()) ++pages.counters.migrations_refused;
  if (pages.pinned() || !buffer.pool || !pages.page_lock().try_lock()) co_return false;
  RangeInvalidation range(machine, buffer, InvalidationCause::migration);
  co_await range.start();
  const core::Duration copying = machine.memory().copy_time(buffer.bytes());
  if (copying > core::Duration{})
    co_await core::sleep_for(machine.simulation(), copying, core::WaitReason::cpu);
  ++pages.counters.migrations;
  range.replace();
  range.end();
  pages.page_lock().unlock();
  co_return true;
}

}  // namespace fencelab::models
