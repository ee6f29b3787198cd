#include "models/submission/reservations.hpp"

#include <algorithm>
#include <unordered_set>

#include "models/gpu/context.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/job.hpp"
#include "models/svm/managed_range.hpp"
#include "models/vm/gpu_vm.hpp"

namespace fencelab::models {

Reservations::Reservations(core::Simulation& simulation, const Job& job, ReservationLocks how,
                           GpuVm* vm)
    : vm_(vm),
      how_(how),
      simulation_(simulation),
      validation_(job.context ? job.context->gpu().validation() : nullptr) {
  exec_.emplace(simulation, DrmExec::Flags{});
  constexpr std::size_t kFew = 16;  // fewer are looked through faster than hashed
  std::unordered_set<std::uint32_t> known;
  auto is_new = [&](Buffer* buffer) {
    if (wanted_.size() < kFew)
      return std::find(wanted_.begin(), wanted_.end(), buffer) == wanted_.end();
    if (known.empty())
      for (const Buffer* other : wanted_) known.insert(other->index());
    return known.insert(buffer->index()).second;
  };
  auto is_listed = [&](const Buffer& buffer) {
    return !job.context || !is_paged_on(buffer, job.context->gpu());
  };
  auto want = [&](const AccessList& accesses) {
    for (const Access& access : accesses)
      if (is_listed(*access.buffer) && is_new(access.buffer)) wanted_.push_back(access.buffer);
  };
  want(job.accesses);
  if (job.declares) want(job.declared_apart);
  want(job.marked);
  if (vm_)
    for (DmaResv* resv : vm_->reservations()) resvs_.push_back(resv);
  for (Buffer* buffer : wanted_)
    want_lock(job.context ? buffer->resv_on(job.context->gpu()) : buffer->resv(),
              vm_ || buffer->shares_reservation());
}

// `shared`: others of the list may have the same one.
void Reservations::want_lock(DmaResv& resv, bool shared) {
  if (shared && std::find(resvs_.begin(), resvs_.end(), &resv) != resvs_.end()) return;
  resvs_.push_back(&resv);
}

Reservations::~Reservations() = default;  // a killed process keeps what it held, as in core

core::Task<Placement> Reservations::place_all(Memory& memory, AllocRequest request) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    Buffer& buffer = *wanted_[i];
    buffer.placement.read();
    if (!buffer.exists) continue;       // the access will be a hazard, not an error of the ioctl
    if (buffer.user_pages()) continue;  // has pages, got before any reservation was locked
    if (memory.is_settled(buffer)) {
      memory.touch(buffer);
      continue;
    }
    const Placement placed = co_await memory.place(buffer, request);
    if (placed != Placement::ok) co_return placed;
    buffer.fill();
  }
  co_return Placement::ok;
}

// The common case: everything is at home.
bool Reservations::touch_all(Memory& memory) {
  for (const Buffer* buffer : wanted_)
    if (!buffer->user_pages() && !memory.is_settled(*buffer)) return false;
  for (Buffer* buffer : wanted_) memory.touch(*buffer);
  return true;
}

core::Task<bool> Reservations::lock_plain_and_place(Memory& memory, AllocRequest request) {
  for (; plain_ < resvs_.size(); ++plain_) co_await resvs_[plain_]->lock().lock(nullptr);
  Placement placed = co_await place_all(memory, request);
  if (vm_ && placed == Placement::ok) placed = co_await vm_->validate(request);
  co_return placed == Placement::ok;
}

void Reservations::leave_validation() {
  if (!validates_) return;
  if (is_alone_)
    validation_->unlock_write();
  else
    validation_->unlock_read();
  validates_ = false;
  to_the_end_.reset();
}

// Validation belongs to the loop, as in amdgpu_cs_parser_bos() and xe_exec_ioctl(): an eviction
// that met an older transaction makes this one leave, too.
core::Task<Placement> Reservations::lock_all_and_place(Memory& memory, AllocRequest request) {
  request.ww = &exec_->ticket();
  request.exec = &*exec_;
  Placement placed = Placement::ok;
  while (exec_->until_all_locked()) {
    const bool at_once = exec_->lock_at_once({resvs_.data(), resvs_.size()});
    if (!at_once) co_await exec_->prepare_all(resvs_, 1);
    if (exec_->is_contended()) continue;
    placed = Placement::ok;
    const bool home = touch_all(memory);
    if (!home) placed = co_await place_all(memory, request);
    if (vm_ && placed == Placement::ok) placed = co_await vm_->validate(request);
  }
  co_return placed;
}

// Where the driver does so, with others at first, and alone once that got no memory: who has
// locked a victim has this one's lock for reading as well (xe_validation_ctx_init() and
// xe_validation_should_retry() in drivers/gpu/drm/xe/xe_validation.c).
core::Task<bool> Reservations::lock_and_place(Memory& memory, AllocRequest request) {
  if (how_ == ReservationLocks::plain) co_return co_await lock_plain_and_place(memory, request);
  if (!validation_) {
    const Placement placed = co_await lock_all_and_place(memory, request);
    co_return placed == Placement::ok;
  }
  for (;;) {
    to_the_end_.emplace(simulation_);
    if (is_alone_)
      co_await validation_->lock_write();
    else
      co_await validation_->lock_read();
    validates_ = true;
    const Placement placed = co_await lock_all_and_place(memory, request);
    if (placed != Placement::no_memory || is_alone_) co_return placed == Placement::ok;
    exec_->unlock_all();
    leave_validation();
    exec_.emplace(simulation_, DrmExec::Flags{});
    is_alone_ = true;
  }
}

void Reservations::unlock() {
  exec_->unlock_all();
  leave_validation();
  while (plain_ > 0) resvs_[--plain_]->lock().unlock();
}

}  // namespace fencelab::models
