#include "core/process_table.hpp"

#include <utility>

namespace fencelab::core {

Process& ProcessTable::take() {
  if (free_.empty()) {
    if (used_ % kChunk == 0) chunks_.push_back(std::make_unique<Process[]>(kChunk));
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

void ProcessTable::recycle(Process& process) {
  (process.previous ? process.previous->next : first_) = process.next;
  (process.next ? process.next->previous : last_) = process.previous;
  const std::uint32_t slot = process.slot, generation = process.generation;
  process = {};
  process.slot = slot;
  process.generation = generation;
  free_.push_back(&process);
}

}  // namespace fencelab::core
