#include "core/process_table.hpp"

#include <utility>

namespace fencelab::core {

Process& ProcessTable::take() {
  if (free_.empty()) {
    if (used_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<Process[]>(kChunk));
    Process& fresh = at(used_);
    fresh.slot = used_++;
    free_.push_back(&fresh);
  }
  Process& process = *free_.back();
  free_.pop_back();
  process.previous = last_;
  (last_ ? last_->next : first_) = &process;
  last_ = &process;
  return process;
}

namespace {

/// As new, but for the memory of the list of what it holds.
void reset(Process& process) {
  std::vector<Held> held = std::move(process.held);
  held.clear();
  process = {};
  process.held = std::move(held);
}

}  // namespace

void ProcessTable::recycle(Process& process) {
  (process.previous ? process.previous->next : first_) = process.next;
  (process.next ? process.next->previous : last_) = process.previous;
  const std::uint32_t slot = process.slot, generation = process.generation;
  reset(process);
  process.slot = slot;
  process.generation = generation;
  free_.push_back(&process);
}

void ProcessTable::clear() {
  for (std::uint32_t slot = 0; slot < used_; ++slot) reset(at(slot));
  free_.clear();
  used_ = 0;
  first_ = last_ = nullptr;
}

}  // namespace fencelab::core
