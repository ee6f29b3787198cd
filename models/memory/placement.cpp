// Memory: where buffers are, and how they get there.
#include <algorithm>

#include "core/assert.hpp"
#include "models/cpu/zone.hpp"
#include "models/machine.hpp"
#include "models/vm/vm_bo.hpp"

namespace fencelab::models {

MemoryPool& Memory::home_pool(const Buffer& buffer) {
  const bool in_vram =
      buffer.home() && buffer.home()->vram && !buffer.userptr() && !buffer.system_only;
  return in_vram ? *buffer.home()->vram : system();
}

MemoryPool* Memory::aperture_of(const Buffer& buffer) {
  return buffer.home() && !buffer.userptr() ? buffer.home()->gtt : nullptr;
}

std::vector<Memory::Target> Memory::targets_of(const Buffer& buffer) {
  const Gpu* const home = buffer.home();
  if (buffer.places().empty() || !home || buffer.userptr() || buffer.system_only) {
    MemoryPool& pool = home_pool(buffer);
    return {{&pool, pool.gpu ? nullptr : aperture_of(buffer), PlacementUse::always}};
  }
  std::vector<Target> targets;
  for (const PlacementRule& rule : buffer.places()) {
    if (rule.domain == Domain::gtt)
      targets.push_back({&system(), home->gtt, rule.use});
    else if (home->vram)
      targets.push_back({home->vram, nullptr, rule.use});
  }
  return targets;
}

bool Memory::is_where_wanted(const Buffer& buffer, bool settled) {
  if (!buffer.pool) return false;
  if (buffer.places().empty()) {
    const MemoryPool& home = home_pool(buffer);
    return buffer.pool == &home && (home.gpu || buffer.aperture == aperture_of(buffer));
  }
  const std::vector<Target> targets = targets_of(buffer);
  return std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
    const bool in = buffer.pool == target.pool && buffer.aperture == target.aperture;
    return in && !(settled && target.use == PlacementUse::fallback);
  });
}

bool Memory::at_home(const Buffer& buffer) {
  buffer.placement.read();
  return is_where_wanted(buffer, false);
}

bool Memory::is_settled(const Buffer& buffer) {
  buffer.placement.read();
  return is_where_wanted(buffer, true);
}

void Memory::take(MemoryPool& pool, Buffer& buffer, Client* charged) {
  pool.book(pool.rounded(buffer.bytes()));
  buffer.placement.write();
  buffer.pool = &pool;
  buffer.charged = pool.group_of(charged ? charged : buffer.owner());
  if (buffer.charged) buffer.charged->charge(pool.rounded(buffer.bytes()));
  leave_swap(buffer);
  buffer.lru = pool.lru.insert(pool.lru.end(), &buffer);
  machine_.simulation().emit(core::ProbeKind::buffer_placed, buffer.id(), core::raw(pool.id),
                             buffer.bytes(), &buffer);
  buffer.was_evicted = false;
}

void Memory::bind(MemoryPool& aperture, Buffer& buffer) {
  aperture.book(aperture.rounded(buffer.bytes()));
  buffer.placement.write();
  buffer.aperture = &aperture;
  buffer.aperture_lru = aperture.lru.insert(aperture.lru.end(), &buffer);
}

void Memory::unbind(Buffer& buffer) {
  MemoryPool& aperture = *buffer.aperture;
  aperture.give_back(aperture.rounded(buffer.bytes()));
  buffer.placement.write();
  aperture.lru.erase(buffer.aperture_lru);
  buffer.aperture = nullptr;
}

void Memory::leave_swap(Buffer& buffer) {
  if (buffer.swapped && buffer.kind() != MemoryKind::file) swap_used -= buffer.bytes();
  buffer.swapped = false;
}

void Memory::drop(Buffer& buffer) {
  MemoryPool* const pool = buffer.pool;
  FENCELAB_ASSERT(pool && pool->used >= buffer.bytes(), "{} is nowhere", buffer.name());
  if (buffer.aperture) unbind(buffer);
  if (buffer.charged) buffer.charged->uncharge(pool->rounded(buffer.bytes()));
  buffer.charged = nullptr;
  pool->give_back(pool->rounded(buffer.bytes()));
  buffer.placement.write();
  pool->lru.erase(buffer.lru);
  buffer.pool = nullptr;
  if (zone_ && pool == &system()) zone_->memory_returned(buffer);
}

void Memory::touch(Buffer& buffer) {
  if (buffer.pool) buffer.pool->lru.splice(buffer.pool->lru.end(), buffer.pool->lru, buffer.lru);
  if (MemoryPool* const gtt = buffer.aperture)
    gtt->lru.splice(gtt->lru.end(), gtt->lru, buffer.aperture_lru);
}

core::Task<Placement> Memory::place(Buffer& buffer, AllocRequest request) {
  if (is_settled(buffer)) {
    touch(buffer);
    co_return Placement::ok;
  }
  if (buffer.pinned && buffer.pool) co_return Placement::invalid;
  const Placement placed = co_await place_listed(buffer, request);
  if (placed == Placement::no_memory)
    machine_.simulation().emit(core::ProbeKind::allocation_failed, home_pool(buffer).id,
                               buffer.bytes());
  co_return placed;
}

bool Memory::has_room(const Buffer& buffer, const Target& target,
                      const AllocRequest& request) const {
  const std::uint64_t bytes = buffer.bytes();
  if (target.aperture && buffer.aperture != target.aperture &&
      !target.aperture->fits(target.aperture->rounded(bytes)))
    return false;
  if (buffer.pool == target.pool) return true;
  const MemoryPool& pool = *target.pool;
  if (zone_ && !pool.gpu) return true;  // the page allocator's business
  const DmemGroup* const group = pool.group_of(request.client);
  return pool.fits(pool.rounded(bytes)) && (!group || group->allows(pool.rounded(bytes)));
}

// ttm_bo_validate(): the whole list without taking anything from others, then with it. Who is in a
// fallback place leaves it only for one that has room.
core::Task<Placement> Memory::place_listed(Buffer& buffer, AllocRequest request) {
  const std::vector<Target> targets = targets_of(buffer);
  if (targets.size() == 1) co_return co_await try_target(buffer, targets[0], request);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].use == PlacementUse::fallback || !has_room(buffer, targets[i], request))
      continue;
    const Placement placed = co_await try_target(buffer, targets[i], request);
    if (placed != Placement::no_memory) co_return placed;
  }
  if (is_where_wanted(buffer, false)) {
    touch(buffer);
    co_return Placement::ok;
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].use == PlacementUse::desired) continue;
    const Placement placed = co_await try_target(buffer, targets[i], request);
    if (placed != Placement::no_memory) co_return placed;
  }
  co_return Placement::no_memory;
}

// From beyond the GPU's reach to VRAM it goes through the aperture (amdgpu_bo_move(): -EMULTIHOP).
core::Task<Placement> Memory::reserve_hop(Buffer& buffer, Target target, AllocRequest request) {
  MemoryPool* const gtt = aperture_of(buffer);
  if (!gtt || !target.pool->gpu || !buffer.pool || buffer.aperture) co_return Placement::ok;
  const Placement room = co_await get(*gtt, buffer.bytes(), request);
  if (room != Placement::ok) co_return room;
  gtt->give_back(gtt->rounded(buffer.bytes()));
  if (request.moved) *request.moved += buffer.bytes();
  co_return Placement::ok;
}

// All or nothing. What it gets is on the books when it returns, but nobody's.
core::Task<Placement> Memory::get_all(Buffer& buffer, Target target, AllocRequest request) {
  MemoryPool* const aperture = buffer.aperture == target.aperture ? nullptr : target.aperture;
  MemoryPool* const pool = buffer.pool == target.pool ? nullptr : target.pool;
  const std::uint64_t bytes = buffer.bytes();
  const Placement hopped = co_await reserve_hop(buffer, target, request);
  if (hopped != Placement::ok) co_return hopped;
  if (aperture) {
    const Placement bound = co_await get(*aperture, bytes, request);
    if (bound != Placement::ok) co_return bound;
  }
  Placement got = Placement::ok;
  if (pool) got = co_await get(*pool, bytes, request);
  if (got == Placement::ok && pool && pool->has_pending_moves() && !may_wait(request)) {
    pool->give_back(pool->rounded(bytes));
    got = Placement::no_memory;  // -EBUSY: the next place
  }
  if (aperture) aperture->give_back(aperture->rounded(bytes));
  if (got == Placement::ok && pool) pool->give_back(pool->rounded(bytes));
  co_return got;  // the caller books it under the buffer before anybody else can
}

core::Task<Placement> Memory::try_target(Buffer& buffer, Target target, AllocRequest request) {
  const Placement got = co_await get_all(buffer, target, request);
  if (got != Placement::ok) co_return got;
  if (request.moved) *request.moved += buffer.bytes();
  co_await move_in(buffer, target, request);
  co_return Placement::ok;
}

core::Task<> Memory::move_in(Buffer& buffer, Target target, AllocRequest request) {
  MemoryPool* const from = buffer.pool;
  const bool swapped = buffer.swapped;
  if (from == target.pool) {  // it only leaves the aperture, or gets into it
    if (buffer.aperture) unbind(buffer);
    if (target.aperture) bind(*target.aperture, buffer);
    co_return;
  }
  if (from) drop(buffer);
  take(*target.pool, buffer, request.client);
  buffer.leaving = nullptr;
  if (target.aperture) bind(*target.aperture, buffer);
  const std::vector<core::FencePtr> moves = target.pool->pending_moves();
  for (const core::FencePtr& fence : moves) buffer.resv().add(fence, Usage::kernel);
  if (buffer.content && (from || swapped))
    co_await bring_content(buffer, from, swapped);
  else if (!buffer.content && target.pool->gpu)
    co_await clear(buffer);
}

// What amdgpu does for a dma-buf with an attachment that is no peer (amdgpu_cs_bo_validate: GTT
// only); the move is a blit like others, and its fence is what holds later users back.
core::Task<Placement> Memory::keep_in_system(Buffer& buffer, AllocRequest request) {
  buffer.placement.read();
  MemoryPool* const from = buffer.pool;
  if (from && from->gpu) {
    const Placement room = co_await reserve(system(), buffer.bytes(), request);
    if (room != Placement::ok) co_return room;
    system().give_back(system().rounded(buffer.bytes()));  // take() books it under the buffer
    const bool blit = buffer.content && moves_on_gpu(buffer, from->gpu);
    if (blit) buffer.leaving = from;
    const core::FencePtr fence = blit ? moves_.blit(buffer, *from->gpu) : core::FencePtr{};
    if (fence) from->remember_move(fence);
    drop(buffer);
    take(system(), buffer, nullptr);
    note_evicted(buffer);
    if (buffer.content && !fence) moves_.start(buffer, *from->gpu);
  }
  buffer.placement.write();
  buffer.system_only = true;
  co_return Placement::ok;
}

core::Task<> Memory::wait_for_moves(Buffer& buffer) {
  const std::vector<core::FencePtr> moves = buffer.pool->pending_moves();
  for (std::size_t i = 0; i < moves.size(); ++i)
    if (!moves[i]->is_known_signaled()) co_await moves[i]->wait(core::WaitReason::memory);
}

core::Task<> Memory::bring_content(Buffer& buffer, MemoryPool* from, bool swapped) {
  // Files of a machine without a disk come from nowhere, at once.
  const bool has_disk = machine_.hardware().disk_id() != core::kNoObject;
  if (swapped && has_disk) co_await machine_.hardware().disk_io(buffer.bytes(), false);
  if (!buffer.pool) co_return;  // freed meanwhile
  Gpu* const gpu = buffer.pool->gpu ? buffer.pool->gpu : from ? from->gpu : nullptr;
  if (moves_on_gpu(buffer, gpu)) {
    moves_.blit(buffer, *gpu);
    co_return;
  }
  co_await wait_for_moves(buffer);
  if (gpu && gpu->link != ~std::size_t{0})
    co_await machine_.hardware().transfer(gpu->link, buffer.bytes());
}

core::Task<> Memory::clear(Buffer& buffer) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  const MoveRules& rules = rules_of(buffer);
  if (rules.clear_per_mib == core::Duration{}) co_return;
  const auto mib = static_cast<std::int64_t>((buffer.bytes() + kMiB - 1) / kMiB);
  Gpu& gpu = *buffer.pool->gpu;
  if (gpu.copy_engine()) {
    moves_.clear(buffer, gpu, mib * rules.clear_per_mib);
    co_return;
  }
  co_await wait_for_moves(buffer);
  co_await core::sleep_for(machine_.simulation(), mib * rules.clear_per_mib,
                           core::WaitReason::transfer);
}

}  // namespace fencelab::models
