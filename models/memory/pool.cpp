#include "models/memory/pool.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/client.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::models {

// An endless pool has no state that anybody could notice. Bytes of others are alike: taking and
// giving back commute as long as there is enough for all, in whatever order they come.
void MemoryPool::note(core::Access access, bool ok, std::uint64_t bytes,
                      std::uint64_t before) const {
  if (capacity == 0) return;
  if (watch_) watch_->write();
  cell_.note(access, bytes, ok, before);
  if (!simulation_.untimed()) return;
  const bool depends = access != core::Access::free && before == 0;
  simulation_.not_before(depends ? changed_at_ : counted_from_);
  if (ok) changed_at_ = std::max(changed_at_, simulation_.now());
}

// Only where somebody explores: else nobody was ever unsure.
void MemoryPool::renew_bookings() const {
  if (bookings_.renew(simulation_, capacity - used)) counted_from_ = changed_at_;
}

void MemoryPool::resize(std::uint64_t bytes) {
  FENCELAB_ASSERT(used == 0, "{} holds {} bytes", name, used);
  capacity = bytes;
  bookings_.begin_with(bytes);
}

bool MemoryPool::fits(std::uint64_t bytes) const {
  if (capacity == 0 || used + bytes <= capacity) return true;
  if (simulation_.footprint()) [[unlikely]] {
    renew_bookings();
    bookings_.fail(simulation_);
    note(core::Access::allocate, false, bytes, 0);
  }
  return false;
}

void MemoryPool::book(std::uint64_t bytes) {
  if (simulation_.footprint() && capacity != 0) [[unlikely]] {
    renew_bookings();
    note(core::Access::allocate, true, bytes, bookings_.take(simulation_, bytes));
  }
  used += bytes;
  peak = std::max(peak, used);
  if (!simulation_.footprint()) bookings_.begin_with(capacity - used);
  simulation_.emit(core::ProbeKind::memory_used, id, used, 0, this);
}

void MemoryPool::give_back(std::uint64_t bytes) {
  if (simulation_.footprint() && capacity != 0) [[unlikely]] {
    renew_bookings();
    note(core::Access::free, true, bytes, 0);
    bookings_.give_back(simulation_, bytes);
  }
  used -= bytes;
  simulation_.emit(core::ProbeKind::memory_used, id, used, 0, this);
  given_back_.happen();
}

// Two returns do not commute once somebody waits: the first lets him go, and another may have been
// enough for him. Before that nobody can tell: who begins to wait has failed to get memory in the
// same step, which comes before or after each of them.
void GivenBack::happen() {
  ++count_;
  at_ = simulation().now();
  if (is_awaited_) note(core::Access::advance, true, count_, count_ - 1);
  while (head_) satisfy(*head_);
}

// How often it happened is nobody's business: only whether it has since somebody began to wait.
bool GivenBack::hash_state(std::uint64_t& hash) const {
  hash = simulation().hash_of(at_);
  for (const core::WaitLink* link = head_; link; link = link->next)
    hash += core::mix_hash(1, core::raw(link->process->id));
  return true;
}

core::GateIndex GivenBack::describe_release(core::WaitGraphBuilder& builder,
                                            const core::WaitLink& link) const {
  const auto describe_all = [&] {
    std::vector<core::GateIndex> inputs;
    for (const core::Process& process : simulation().processes()) {
      const bool works =
          process.state != core::ProcessState::done && process.state != core::ProcessState::idle;
      const bool may = process.spec.role == core::ProcessRole::user_thread ||
                       process.spec.role == core::ProcessRole::kernel_worker;
      if (works && may && &process != link.process)
        inputs.push_back(builder.process(&process, "memory that " + process.spec.name + " frees"));
    }
    return builder.any_of(std::move(inputs), describe(), id());
  };
  return builder.once(this, core::raw(link.process->id), describe_all);
}

void MemoryPool::look() const { note(core::Access::query, false, 0, 0); }

bool MemoryPool::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(used, simulation_.hash_of(changed_at_));
  hash = core::mix_hash(hash, simulation_.hash_of(counted_from_));
  for (const Buffer* buffer : lru) hash += core::mix_hash(1, core::raw(buffer->id()));
  return true;
}

// A newer fence of a context stands for the older ones; what has signaled needs no slot.
bool MemoryPool::remember_move(const core::FencePtr& fence) {
  moves_cell_.write();
  for (core::FencePtr& slot : moves_) {
    if (slot->context() != fence->context()) continue;
    if (slot->seqno() < fence->seqno()) slot = fence;
    return true;
  }
  if (moves_.size() == kMoveFences)
    std::erase_if(moves_, [](const core::FencePtr& slot) { return slot->is_signaled(); });
  if (moves_.size() == kMoveFences) return false;
  moves_.push_back(fence);
  return true;
}

std::vector<core::FencePtr> MemoryPool::pending_moves() const {
  if (capacity == 0) return {};
  moves_cell_.read();
  return moves_;
}

bool MemoryPool::has_pending_moves() const {
  const auto pending = [](const core::FencePtr& fence) { return !fence->is_signaled(); };
  const std::vector<core::FencePtr> moves = pending_moves();
  return std::any_of(moves.begin(), moves.end(), pending);
}

void MemoryPool::limit(std::uint32_t client, DmemLimits limits) {
  FENCELAB_ASSERT(used == 0, "{} holds {} bytes", name, used);
  if (groups_.size() <= client) groups_.resize(client + 1);
  groups_[client] = std::make_unique<DmemGroup>(simulation_, limits);
}

DmemGroup* MemoryPool::group_of(const Client* client) const {
  return client && client->index() < groups_.size() ? groups_[client->index()].get() : nullptr;
}

}  // namespace fencelab::models
