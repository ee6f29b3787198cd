#include "analysis/oversync/conflict.hpp"

#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

bool conflict(const models::AccessList& a, const models::AccessList& b) {
  for (const models::Access& x : a)
    for (const models::Access& y : b)
      if (conflict(x, y)) return true;
  return false;
}

void ConflictIndex::reset(const models::AccessList& accesses) {
  own_ = &accesses;
  marked_ = false;
}

void ConflictIndex::mark() {
  marked_ = true;
  ++epoch_;
  next_.assign(own_->size(), kNone);
  for (std::uint32_t i = 0; i < own_->size(); ++i) {
    const std::uint32_t buffer = (*own_)[i].buffer->index();
    if (buffer >= first_.size()) first_.resize(buffer + 1), epoch_of_.resize(buffer + 1);
    if (epoch_of_[buffer] == epoch_) next_[i] = first_[buffer];
    first_[buffer] = i;
    epoch_of_[buffer] = epoch_;
  }
}

const models::Access* ConflictIndex::find(const models::AccessList& others) {
  constexpr std::size_t kFew = 4;
  if (own_->size() > kFew && !marked_) mark();
  for (const models::Access& other : others) {
    if (own_->size() <= kFew) {
      for (const models::Access& own : *own_)
        if (conflict(own, other)) return &other;
      continue;
    }
    const std::uint32_t buffer = other.buffer->index();
    if (buffer >= first_.size() || epoch_of_[buffer] != epoch_) continue;
    for (std::uint32_t i = first_[buffer]; i != kNone; i = next_[i])
      if (conflict((*own_)[i], other)) return &other;
  }
  return nullptr;
}

}  // namespace fencelab::analysis
