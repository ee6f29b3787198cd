// dma_resv: the fences of one buffer in four usage classes, behind a ww_mutex.
// Rules R1-R13 of include/linux/dma-resv.h and drivers/dma-buf/dma-resv.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/fence.hpp"
#include "core/locks.hpp"
#include "core/shared.hpp"

namespace fencelab::models {

/// Usage classes, strongest first. A query for one class returns every fence of it and of stronger
/// ones.
enum class Usage : std::uint8_t { kernel, write, read, bookkeep };

/// What a new access must wait for under implicit sync: a write queries READ, a read queries WRITE
/// (R3).
constexpr Usage usage_rw(bool write) { return write ? Usage::read : Usage::write; }

class DmaResv {
 public:
  struct Entry {
    core::FencePtr fence;
    Usage usage;
  };

  /// One ww class for all, as reservation_ww_class.
  explicit DmaResv(core::Simulation& simulation)
      : lock_(simulation, "dma_resv", "dma_resv"), cell_(simulation) {}

  core::WwMutex& lock() { return lock_; }
  const core::WwMutex& lock() const { return lock_; }

  /// Makes room for `count` more fences. A list that must grow drops its signaled fences (R5).
  /// Returns 0, or -EINVAL for a count of 0 (R4).
  int reserve(std::size_t count);

  /// Adds `fence`, reserving the room for it. It takes the first slot whose fence has signaled, or
  /// is the same or an earlier one of its context with a weaker or equal class; else a new slot
  /// (R6). Containers are flattened (R8: the kernel warns of them; its callers unwrap).
  void add(const core::FencePtr& fence, Usage usage);

  /// Swaps every fence of `context` for `fence`, in whatever class it was (R9).
  void replace(std::uint64_t context, const core::FencePtr& fence, Usage usage);

  /// Becomes a copy of the pending fences of `source`, of every class; all that it held is gone
  /// (dma_resv_copy_fences).
  void copy_from(const DmaResv& source);

  /// Tells observers that the running process has asked for `query`: fences of it that are done and
  /// have made room for others were found done by it, too, and cannot say so themselves.
  void note_asked(Usage query) const { note_asked(query, 0); }
  /// Likewise, of fences that the client of that index takes out: its later submissions wait for
  /// them, as far as their accesses conflict.
  void note_taken_out(Usage query, std::uint32_t client) const {
    note_asked(query, 1 + std::uint64_t{client});
  }

  /// All pending fences of a query as one: none, itself, or an array of them in slot order (R10).
  /// Neither equal fences nor earlier ones of a context are weeded out.
  core::FencePtr singleton(Usage usage) const;

  /// Calls `use(entry)` for every unsignaled fence a query for `usage` returns.
  template <class Use>
  void for_each(Usage usage, Use use) const {
    cell_.read();
    for (const Entry& entry : entries_)
      if (entry.usage <= usage && !entry.fence->is_known_signaled()) use(entry);
  }
  /// Whether everything such a query returns has signaled (polling).
  bool test_signaled(Usage usage) const;
  /// Its slots in order, signaled fences that nobody took the slot of included.
  const std::vector<Entry>& entries() const {
    cell_.read();
    return entries_;
  }
  /// Drops every fence of class `usage` (older exclusive/shared semantics: a write drops the
  /// readers).
  void drop(Usage usage);

 private:
  void note_asked(Usage query, std::uint64_t taker) const {
    lock_.simulation().emit(core::ProbeKind::reservation_asked, lock_.id(),
                            static_cast<std::uint64_t>(query), taker);
  }
  void grow(std::size_t slots);
  void put(const core::FencePtr& fence, Usage usage);
  core::WwMutex lock_;
  core::Cell cell_;
  std::vector<Entry> entries_;
  std::size_t slots_ = 0;  ///< room of the kernel's list; entries_ may be shorter
};

}  // namespace fencelab::models
