#include "campaign/heartbeat.hpp"

#include <sys/mman.h>

#include <new>

namespace fencelab::campaign {

void Heartbeat::reset() {
  simulated_ns = 0;
  events = pending = processes = 0;
}

Heartbeats::Heartbeats(std::size_t count) {
  void* const memory = ::mmap(nullptr, count * sizeof(Heartbeat), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  all_ = static_cast<Heartbeat*>(memory);
  count_ = count;
  for (std::size_t i = 0; i < count; ++i) free_.push_back(new (all_ + i) Heartbeat);
}

Heartbeats::~Heartbeats() {
  if (all_) ::munmap(all_, count_ * sizeof(Heartbeat));
}

Heartbeat* Heartbeats::take() {
  if (free_.empty()) return nullptr;
  Heartbeat* const heartbeat = free_.back();
  free_.pop_back();
  heartbeat->reset();
  return heartbeat;
}

void Heartbeats::give_back(Heartbeat* heartbeat) {
  if (heartbeat) free_.push_back(heartbeat);
}

}  // namespace fencelab::campaign
