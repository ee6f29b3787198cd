// Display: a CRTC with a fixed refresh period. One commit may be pending; it waits for its fences,
// is latched at the next vblank, and is then on the screen. No vblank is simulated that nobody
// needs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "models/sync/sync_point.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::models {

class Buffer;
class Machine;

class Display {
 public:
  struct Spec {
    std::string name;
    core::Duration period{};
  };
  /// One atomic commit on this display.
  struct Commit {
    std::vector<SyncPoint> fences;               ///< in-fences of all planes
    std::vector<std::shared_ptr<Frame>> frames;  ///< client frames that become visible with it
    std::vector<const Buffer*> planes;           ///< what is scanned out
    core::FencePtr out;                          ///< signals when scan-out starts
  };
  Display(Machine& machine, Spec spec);

  const std::string& name() const { return spec_.name; }
  core::ObjectId id() const { return id_; }
  core::Duration period() const { return spec_.period; }
  /// Start of the next vblank strictly after `at`.
  core::Time next_vblank(core::Time at) const;
  /// Whether a commit is pending (another non-blocking one would get -EBUSY).
  bool busy() const {
    cell_.read();
    return pending_ != nullptr;
  }
  /// Awaitable task: until no commit is pending.
  core::Task<> wait_until_free();
  void commit(std::shared_ptr<Commit> commit);
  std::uint64_t commits() const { return commits_; }
  /// Who carries commits out.
  const core::Process* worker() const { return worker_; }

 private:
  core::Task<> commit_tail();
  Machine& machine_;
  Spec spec_;
  core::Simulation& simulation_;
  core::ObjectId id_;
  core::Cell cell_;
  core::Doorbell bell_, free_bell_;
  std::shared_ptr<Commit> pending_;
  core::Process* worker_ = nullptr;
  core::Time queued_at_{};
  std::uint64_t commits_ = 0;
};

}  // namespace fencelab::models
