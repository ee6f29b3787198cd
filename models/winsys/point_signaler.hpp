// PointSignaler: a user-mode driver's submit thread. Puts fences behind points of timelines; where
// the work is known by a value only, no fence can stand for it yet: the thread waits for the value
// and signals the point then (wait-before-signal).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "core/task.hpp"
#include "models/sync/sync_point.hpp"
#include "models/sync/syncobj_wait.hpp"

namespace fencelab::models {

class PointSignaler {
 public:
  /// `published` runs after each point got its fence.
  PointSignaler(core::Simulation& simulation, std::string name, std::function<void()> published);
  PointSignaler(const PointSignaler&) = delete;

  /// Makes `point` signal after all of `work`: at once a fence, if all of it has fences, else in
  /// the order of the calls.
  void publish(SyncobjPoint point, std::vector<SyncPoint> work);
  /// Who adds the points that are yet to come.
  const core::Process* thread() const { return thread_; }
  /// Whether points wait for values.
  bool is_busy() const { return busy_ > 0; }

 private:
  struct Pending {
    SyncobjPoint point;
    std::vector<SyncPoint> work;
  };
  core::Task<> run();
  void add(const SyncobjPoint& point, const std::vector<SyncPoint>& work);
  core::Simulation& simulation_;
  std::function<void()> published_;
  core::Fifo<Pending> pending_;
  std::uint64_t busy_ = 0;  ///< for reports
  const core::Process* thread_;
};

}  // namespace fencelab::models
