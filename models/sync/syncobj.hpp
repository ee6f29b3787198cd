// drm_syncobj: a slot for one fence (binary), or the points of a timeline as a chain of fences.
// Rules as in drivers/gpu/drm/drm_syncobj.c.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/fifo.hpp"
#include "models/sync/sync_file.hpp"

namespace fencelab::models {

class Syncobj;
using SyncobjPtr = core::IntrusivePtr<Syncobj>;

/// Somebody who needs the fence behind a point and is told the moment there is one. Takes itself
/// off the list when destroyed.
class PointWatch {
 public:
  explicit PointWatch(std::uint64_t point) : point_(point) {}
  PointWatch(const PointWatch&) = delete;
  PointWatch& operator=(const PointWatch&) = delete;
  virtual ~PointWatch();

 protected:
  /// Called once. `fence` is never null: a stub stands for a point that is done.
  virtual void on_found(const core::FencePtr& fence) = 0;

 private:
  friend class Syncobj;
  std::uint64_t point_;
  Syncobj* syncobj_ = nullptr;
};

/// A counter that user space reads and so sets to 0 (eventfd(2)).
class EventCounter {
 public:
  explicit EventCounter(core::Simulation& simulation);
  ~EventCounter();
  /// Counts one event when `point` of `syncobj` has signaled, or with `available` when it has a
  /// fence (DRM_IOCTL_SYNCOBJ_EVENTFD). Forgotten if the syncobj goes away before that fence is
  /// there; reset and replacement do not end it.
  void watch(Syncobj& syncobj, std::uint64_t point, bool available);
  /// Events since the last read.
  std::uint64_t read();
  /// Awaitable: until something is counted (or was, before anybody waited).
  core::SingleWait wait() { return bell_.wait(); }

 private:
  struct Watch;
  void count();
  core::Doorbell bell_;
  core::Cell cell_;
  std::uint64_t count_ = 0;
  std::vector<std::unique_ptr<Watch>> watches_;
};

/// Counts its references: every handle is one.
class Syncobj {
 public:
  /// `signaled`: made with DRM_SYNCOBJ_CREATE_SIGNALED.
  static SyncobjPtr make(core::Simulation& simulation, bool signaled = false);
  ~Syncobj();
  Syncobj(const Syncobj&) = delete;
  Syncobj& operator=(const Syncobj&) = delete;

  core::Simulation& simulation() const { return changed_.simulation(); }

  /// The fence it holds now; null if none (or after reset).
  const core::FencePtr& fence() const {
    cell_.read();
    return fence_;
  }
  /// The fence behind `point`, 0 for the whole: no value if there is none yet (-EINVAL for those
  /// who do not wait for it), a signaled stub where the point is done.
  std::optional<core::FencePtr> find(std::uint64_t point) const;

  /// Binary signal, reset and import: whatever was there is replaced, a timeline as well.
  void signal() { replace(core::make_signaled_fence(simulation())); }
  void reset() { replace(nullptr); }
  void replace(core::FencePtr fence);

  /// Puts `fence` in front of the timeline as `point`. A point that is not above the last one
  /// starts over: it waits for everything before it, and old points then wait for it (3.2 of the
  /// rules).
  void add_point(core::FencePtr fence, std::uint64_t point);
  /// Timeline signal from the CPU: a point that waits for nothing but those before it.
  void signal_point(std::uint64_t point) {
    add_point(core::make_signaled_fence(simulation()), point);
  }

  /// The last point all of whose predecessors have signaled; 0 without a timeline.
  std::uint64_t last_signaled() const;
  /// The highest point submitted; 0 without a timeline.
  std::uint64_t last_submitted() const;

  /// The fence of `point` as a file; no value: -EINVAL.
  std::optional<SyncFile> export_sync_file(std::uint64_t point = 0) const;
  void import_sync_file(const SyncFile& file) { replace(file.fence()); }

  /// Tells `watch` of the fence of its point: now, or as soon as there is one.
  void watch(PointWatch& watch);
  /// Rung whenever it gets a fence: what a wait for submission waits for.
  core::Doorbell& changed() { return changed_; }
  /// Who will submit a fence to it, for reports; nobody by default: it is up to user space.
  void set_submitter(const core::Process* submitter) { submitter_ = submitter; }

  std::uint32_t references() const { return references_; }
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

 private:
  friend class PointWatch;
  explicit Syncobj(core::Simulation& simulation);
  bool serve(PointWatch& watch);
  void serve_watches();
  core::Cell cell_;
  core::FencePtr fence_;
  core::Doorbell changed_;
  std::vector<PointWatch*> watches_;  ///< of points that have no fence yet, oldest first
  const core::Process* submitter_ = nullptr;
  std::uint32_t references_ = 0;
};

}  // namespace fencelab::models
