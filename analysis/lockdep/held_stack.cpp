#include "analysis/lockdep/held_stack.hpp"

#include <algorithm>

namespace fencelab::analysis {

void HeldStack::push(HeldEntry entry) {
  entries_.push_back(entry);
  rehash(entries_.size() - 1);
}

bool HeldStack::remove(core::OrderClassId order_class, core::ObjectId object) {
  for (std::size_t i = entries_.size(); i-- > 0;) {
    if (entries_[i].order_class != order_class || entries_[i].object != object) continue;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    rehash(i);
    return true;
  }
  return false;
}

bool HeldStack::inside(core::OrderClassId order_class) const {
  return std::any_of(entries_.begin(), entries_.end(), [order_class](const HeldEntry& entry) {
    return !entry.lock && entry.order_class == order_class;
  });
}

const HeldEntry* HeldStack::ordered_queue() const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
    if (entry->ordered) return &*entry;
  return nullptr;
}

// The ticket's number changes with every transaction; only whether there is one matters.
void HeldStack::rehash(std::size_t from) {
  for (std::size_t i = from; i < entries_.size(); ++i) {
    HeldEntry& entry = entries_[i];
    const auto how = static_cast<std::uint64_t>(entry.mode) << 1 | (entry.ticket != 0);
    entry.hash = mix_hash(
        mix_hash(i == 0 ? seed_ : entries_[i - 1].hash, core::raw(entry.object) << 4 | how),
        core::raw(entry.order_class));
  }
}

}  // namespace fencelab::analysis
