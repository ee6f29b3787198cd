// Heartbeat: what a long run tells while it is at work, in memory that it shares with the process
// that started it. Nobody waits for it, and it costs a store now and then.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fencelab::campaign {

struct Heartbeat {
  std::atomic<std::int64_t> simulated_ns{0};
  std::atomic<std::uint64_t> events{0};     ///< of the event kernel, so far
  std::atomic<std::uint64_t> pending{0};    ///< events that are to come
  std::atomic<std::uint64_t> processes{0};  ///< that have not ended, without services
  void reset();
};

/// Heartbeats for runs under way; to be made before their processes are forked.
class Heartbeats {
 public:
  /// None at all where the system has no memory to share.
  explicit Heartbeats(std::size_t count);
  ~Heartbeats();
  Heartbeats(const Heartbeats&) = delete;
  Heartbeats& operator=(const Heartbeats&) = delete;

  /// One that nobody uses, at zero; nullptr if all are in use.
  Heartbeat* take();
  void give_back(Heartbeat* heartbeat);

 private:
  Heartbeat* all_ = nullptr;
  std::size_t count_ = 0;
  std::vector<Heartbeat*> free_;
};

}  // namespace fencelab::campaign
