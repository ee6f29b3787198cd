// HeldStack: what one process holds and where it is inside, outermost first, with a running hash so
// that a combination seen before is recognised without looking at it again.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/lockdep/prediction.hpp"
#include "core/waitable.hpp"

namespace fencelab::analysis {

struct HeldEntry {
  core::OrderClassId order_class = core::kNoOrderClass;
  core::OrderKind kind{};
  const core::Waitable* lock = nullptr;  ///< null for a section; valid while held
  core::ObjectId object = core::kNoObject;
  core::LockMode mode = core::LockMode::exclusive;
  std::uint64_t ticket = 0;
  bool by_trylock = false;
  bool ordered = false;  ///< an ordered work queue
  /// Reclaim: what the allocation may do that it is for.
  core::AllocContext context = core::AllocContext::kernel;
  core::Time since{};
  std::uint32_t place = ~std::uint32_t{0};
  core::ObjectId newest_fence = core::kNoObject;  ///< fences up to this existed when it was taken
  std::uint64_t hash = 0;                         ///< of this entry and all before it
};

inline std::uint64_t mix_hash(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

class HeldStack {
 public:
  explicit HeldStack(std::uint64_t seed = 0) : seed_(seed) {}
  void push(HeldEntry entry);
  /// Takes out the newest entry of that lock, or of that section if `object` is none.
  bool remove(core::OrderClassId order_class, core::ObjectId object);
  bool empty() const { return entries_.empty(); }
  std::uint64_t hash() const { return entries_.empty() ? seed_ : entries_.back().hash; }
  const std::vector<HeldEntry>& entries() const { return entries_; }
  /// Whether it is inside a section of that class.
  bool inside(core::OrderClassId order_class) const;
  /// The innermost ordered work queue it works for, or nullptr.
  const HeldEntry* ordered_queue() const;

 private:
  void rehash(std::size_t from);
  std::uint64_t seed_;
  std::vector<HeldEntry> entries_;
};

}  // namespace fencelab::analysis
