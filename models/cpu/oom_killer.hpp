// OomKiller: ends the process that has most memory, and takes what it can of it at once.
#pragma once

#include <cstdint>
#include <set>

#include "core/fifo.hpp"
#include "core/task.hpp"

namespace fencelab::models {

class Client;
class Buffer;
class Zone;

/// Who can end a process, by the same way as any fatal signal.
class ProcessEnder {
 public:
  virtual ~ProcessEnder() = default;
  /// SIGKILL. What an uninterruptible thread does it finishes first.
  virtual void end(Client& client) = 0;
};

class OomKiller {
 public:
  explicit OomKiller(Zone& zone);
  /// `ender` must outlive the run. Without one nobody is ever killed.
  void inject(ProcessEnder& ender) { ender_ = &ender; }

  /// out_of_memory() in mm/oom_kill.c: lets a victim be chosen if there is one. False: none is
  /// left, and none was killed whose memory may still come.
  bool invoke();
  /// A victim is being killed, or its memory taken.
  bool is_at_work() const { return asked_; }
  /// Whether something was killed that has not given all its memory back.
  bool has_dying() const;
  /// Whether `client` is one it has ended.
  bool has_killed(const Client* client) const;
  std::uint64_t kills() const { return kills_; }
  /// Part of the zone's state.
  std::uint64_t hash() const;

 private:
  core::Task<> serve();
  Client* choose() const;
  std::uint64_t badness(const Client& client) const;
  void reap(const Client& victim);
  bool can_reap(Buffer& buffer) const;
  Zone& zone_;
  ProcessEnder* ender_ = nullptr;
  core::Doorbell bell_;
  core::Process* process_ = nullptr;
  bool asked_ = false;
  std::set<std::uint32_t> killed_;  ///< Client::index
  std::uint64_t kills_ = 0;
};

}  // namespace fencelab::models
