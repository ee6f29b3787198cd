#include "models/cpu/zone.hpp"

#include <algorithm>

#include "core/wait_graph_builder.hpp"
#include "models/cpu/memory_defaults.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

using memory_defaults::kReclaimRetries;

Zone::Zone(Machine& machine, MemoryPool& pool, Spec spec)
    : machine_(machine),
      pool_(pool),
      simulation_(machine.simulation()),
      cell_(simulation_, this),
      marks_(spec.marks),
      reclaim_pause_(spec.reclaim_pause),
      page_cache_(*this),
      oom_(std::make_unique<OomKiller>(*this)),
      kswapd_bell_(simulation_) {
  pool_.watch_by(cell_);
  page_cache_.fill(spec.clean_bytes, spec.dirty_bytes);
  mempool_size_ = mempool_free_ = spec.mempool_bytes;
  pool_.book(mempool_size_);
  kswapd_ = &simulation_.spawn({"kswapd0", core::ProcessRole::kernel_worker, true}, kswapd());
  kswapd_->doing = "reclaim";
}

Zone::~Zone() = default;

bool Zone::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(pool_.used, page_cache_.clean());
  hash = core::mix_hash(hash, page_cache_.dirty());
  hash = core::mix_hash(hash, page_cache_.writing() + (page_cache_.is_flushing() ? 1 : 0));
  const std::uint64_t kswapd = (kswapd_asked_ ? 1 : 0) + (kswapd_hopeless_ ? 2 : 0);
  hash = core::mix_hash(hash, kswapd + (kswapd_hopeless_ ? hopeless_used_ : 0) * 4);
  hash = core::mix_hash(hash, kswapd_wanted_);
  hash = core::mix_hash(hash, oom_->hash());
  if (mempool_size_ > 0) hash = core::mix_hash(hash, mempool_free_);
  return true;
}

void Zone::enter(MemallocScope scope) {
  ++scopes_[simulation_.current()->id].depth[static_cast<std::size_t>(scope)];
}

void Zone::leave(MemallocScope scope) {
  --scopes_[simulation_.current()->id].depth[static_cast<std::size_t>(scope)];
}

bool Zone::fits(std::uint64_t bytes, std::uint64_t mark) const {
  cell_.read();
  return pool_.used + bytes + mark <= pool_.capacity;
}

// __zone_watermark_ok() in mm/page_alloc.c: ALLOC_MIN_RESERVE halves the mark, ALLOC_NON_BLOCK
// takes another quarter of the rest.
std::uint64_t Zone::reserve_of(const GfpMask& mask) const {
  if (mask.all_reserves) return 0;
  if (!mask.high) return marks_.min;
  const std::uint64_t half = marks_.min - marks_.min / 2;
  return mask.direct_reclaim ? half : half - half / 4;
}

GfpMask Zone::mask_for(const AllocRequest& request) const {
  GfpMask mask = mask_of(request.gfp);
  const core::Process* const process = simulation_.current();
  const auto scopes = scopes_.find(process ? process->id : core::kNoProcess);
  if (scopes != scopes_.end()) mask = narrowed(mask, scopes->second);
  if (!machine_.policies().reclaim->may_reclaim(request)) mask.direct_reclaim = false;
  return mask;
}

core::Task<Placement> Zone::allocate(std::uint64_t bytes, AllocRequest request) {
  const GfpMask mask = mask_for(request);
  core::note_allocation(simulation_, pool_.order_class,
                        !mask.direct_reclaim ? core::AllocContext::atomic
                        : !mask.fs           ? core::AllocContext::noio
                                             : machine_.memory().context_of(request));
  if (!fits(0, 0) || bytes + reserve_of(mask) > pool_.capacity) co_return Placement::no_memory;
  core::RetryLoop tries(simulation_);
  if (request.gfp == Gfp::mempool) co_return co_await allocate_element(bytes, mask);
  for (std::uint32_t fruitless = 0;;) {
    tries.again(fruitless);
    const bool plenty = fits(bytes, marks_.low);
    if (!plenty) wake_kswapd(bytes);
    if (plenty || fits(bytes, reserve_of(mask))) break;
    if (!mask.direct_reclaim) co_return Placement::no_memory;
    const bool progress = co_await reclaim_directly(bytes, mask, request);
    const bool enough = fits(bytes, reserve_of(mask));
    // tsk_is_oom_victim(): it is on its way out, and others need the memory.
    if (!enough && oom_->has_killed(request.client)) co_return Placement::no_memory;
    if (progress || enough) {
      fruitless = 0;
      continue;
    }
    if (any_contended(request) && fruitless < kReclaimRetries) {
      ++fruitless;
      co_await core::sleep_for(simulation_, reclaim_pause_, core::WaitReason::memory);
      continue;
    }
    const Placement outcome = co_await wait_for_progress(mask);
    if (outcome != Placement::ok) co_return outcome;
  }
  pool_.book(bytes);
  co_return Placement::ok;
}

// mempool_alloc_noprof() in mm/mempool.c: what is free without sleeping; else an element that was
// kept back; else it waits until one comes back, for mempools never fail.
core::Task<Placement> Zone::allocate_element(std::uint64_t bytes, GfpMask mask) {
  if (bytes > mempool_size_) co_return Placement::no_memory;  // there is no such element
  for (;;) {
    if (!fits(bytes, marks_.low)) wake_kswapd(bytes);
    if (fits(bytes, reserve_of(mask))) break;
    cell_.write();
    if (mempool_free_ >= bytes) {
      mempool_free_ -= bytes;
      co_return Placement::ok;  // it is on the books already
    }
    co_await pool_.given_back().wait_for_next({.reason = core::WaitReason::memory});
  }
  pool_.book(bytes);
  co_return Placement::ok;
}

void Zone::note_element(const Buffer& buffer) {
  cell_.write();
  if (mempool_size_ > 0) elements_.insert(buffer.index());
}

// mempool_free() in mm/mempool.c.
void Zone::memory_returned(const Buffer& buffer) {
  if (elements_.empty() || elements_.erase(buffer.index()) == 0) return;
  cell_.write();
  const std::uint64_t missing =
      std::min(mempool_size_ - mempool_free_, pool_.rounded(buffer.bytes()));
  mempool_free_ += missing;
  pool_.book(missing);
}

// __alloc_pages_direct_reclaim(): in the context of the process that allocates.
core::Task<bool> Zone::reclaim_directly(std::uint64_t bytes, GfpMask mask, AllocRequest request) {
  const core::Time began = simulation_.now();
  ++counters_.direct_reclaims;
  const std::uint64_t wanted = pool_.used + bytes + marks_.min - pool_.capacity;
  Control control{mask, false, wanted, request};
  const std::uint64_t freed = co_await shrink(control);
  counters_.direct_bytes += freed;
  counters_.direct_reclaim_ns += (simulation_.now() - began).count();
  co_return freed > 0;
}

// should_reclaim_retry() and __alloc_pages_may_oom(): while others are at it, it waits for them;
// else the OOM killer is asked, unless the context cannot enter file systems: such allocations
// never call it and never fail (out_of_memory() in mm/oom_kill.c). In the same step as the look
// that found nothing the wait begins, so that no return of memory is missed.
core::Task<Placement> Zone::wait_for_progress(GfpMask mask) {
  cell_.write();
  page_cache_.wake_flusher();
  const std::vector<core::FencePtr> busy = busy_fences();
  if (mask.fs && !page_cache_.is_flushing() && !oom_->is_at_work()) {
    if (kswapd_asked_ && !busy.empty()) {
      // kswapd may get it from the GPU: as long as sixteen rounds without progress take.
      const core::WaitResult result = co_await pool_.given_back().wait_for_next(
          {.reason = core::WaitReason::memory,
           .deadline = simulation_.now() + kReclaimRetries * reclaim_pause_});
      if (result == core::WaitResult::satisfied) co_return Placement::ok;
    }
    const bool hope = oom_->invoke();
    if (!hope) co_return Placement::no_memory;
  }
  std::vector<core::WaitItem> items{pool_.given_back().next()};
  for (const core::FencePtr& fence : busy) items.push_back({fence.get(), 0});
  core::MultiWait any(simulation_, items, 1, {.reason = core::WaitReason::memory});
  co_await any;
  cell_.write();
  if (any.first_satisfied() > 0) kswapd_hopeless_ = false;
  co_return Placement::ok;
}

void Zone::something_changed() {
  cell_.write();
  kswapd_hopeless_ = false;
  pool_.given_back().happen();
  if (!fits(0, marks_.low)) wake_kswapd(0);
}

// The pages of an allocation are taken while kswapd makes more: so it frees as many beyond the
// mark.
void Zone::wake_kswapd(std::uint64_t bytes) {
  cell_.write();
  kswapd_wanted_ = std::max(kswapd_wanted_, bytes);
  page_cache_.wake_flusher();
  const bool hopeless = kswapd_hopeless_ && pool_.used == hopeless_used_;
  if (kswapd_asked_ || hopeless) return;
  kswapd_asked_ = true;
  ++counters_.kswapd_wakes;
  kswapd_bell_.ring();
}

// mm/vmscan.c, kswapd() and balance_pgdat().
core::Task<> Zone::kswapd() {
  for (;;) {
    simulation_.forget(1);
    kswapd_bell_.clear();
    cell_.write();
    if (!kswapd_asked_) {
      co_await kswapd_bell_.wait();
      continue;
    }
    std::uint64_t freed = 0;
    const std::uint64_t wanted = kswapd_wanted_ + marks_.high;
    if (!fits(0, wanted)) {
      Control control{{}, true, pool_.used + wanted - pool_.capacity, {}};
      freed = co_await shrink(control);
      counters_.kswapd_bytes += freed;
    }
    if (freed > 0) continue;
    cell_.write();
    kswapd_asked_ = false;
    kswapd_hopeless_ = !fits(kswapd_wanted_, marks_.low);
    kswapd_wanted_ = 0;
    hopeless_used_ = pool_.used;
    pool_.given_back().happen();
  }
}

// Whoever goes on may give memory back: those who reclaim, those who are to die, and any program.
}  // namespace fencelab::models
