// Display: a CRTC with a fixed refresh period. A commit waits for its fences, is latched at the
// next vblank, and is then on the screen. No vblank is simulated that nobody needs. User space
// comes by way of atomic.hpp.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "models/sync/kernel_quirks.hpp"
#include "models/sync/sync_point.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::models {

class Buffer;
class Machine;

class Display final : public core::FenceProducer {
 public:
  struct Spec {
    std::string name;
    core::Duration period{};
    KernelQuirks quirks = {};  ///< of its driver
    /// How long a blocking commit waits for an older one before it logs that and goes on
    /// (drm_crtc_commit_wait() in drm_atomic_helper.c: 10 * HZ).
    core::Duration commit_timeout = std::chrono::seconds(10);
  };
  /// What a plane scans out: bytes [begin, end) of a buffer.
  struct ScanOut {
    const Buffer* buffer = nullptr;
    std::uint64_t begin = 0, end = 0;
    operator const Buffer*() const { return buffer; }
  };
  /// This display's part of one atomic commit.
  struct Commit {
    std::vector<SyncPoint> fences;               ///< in-fences of all planes of all its CRTCs
    std::vector<std::shared_ptr<Frame>> frames;  ///< client frames that become visible with it
    std::vector<ScanOut> planes;                 ///< what is scanned out here
    core::FencePtr out;                          ///< signals when scan-out starts
    bool async = false;                          ///< not at a vblank
    core::Time queued_at{};
    std::uint64_t number = 0;                ///< per display, from 1
    const core::Process* carrier = nullptr;  ///< who carries it out
  };
  using CommitPtr = std::shared_ptr<Commit>;

  /// A commit that a thread carries out itself: given up if the thread goes away before it latches.
  class Claim {
   public:
    Claim(std::weak_ptr<Display*> display, CommitPtr commit)
        : display_(std::move(display)), commit_(std::move(commit)) {}
    Claim(Claim&&) = default;
    ~Claim();

   private:
    std::weak_ptr<Display*> display_;
    CommitPtr commit_;
  };

  Display(Machine& machine, Spec spec);
  ~Display() override;

  const std::string& name() const { return spec_.name; }
  core::ObjectId id() const { return id_; }
  core::Duration period() const { return spec_.period; }
  const KernelQuirks& quirks() const { return spec_.quirks; }
  core::Simulation& simulation() const { return simulation_; }
  /// Start of the next vblank strictly after `at`.
  core::Time next_vblank(core::Time at) const;
  /// Whether a commit has not been latched yet (another non-blocking one would get -EBUSY).
  bool busy() const {
    cell_.read();
    return !pending_.empty();
  }
  /// Awaitable task: until no commit is pending.
  core::Task<> wait_until_free();
  std::uint64_t commits() const { return commits_; }
  /// Whether `buffer` is on the screen, or will be by a commit that is pending.
  bool scans(const Buffer& buffer) const;
  /// Runs `action` once, when a latch has left nothing of `buffer` on the screen or pending.
  void when_gone(const Buffer& buffer, std::function<void()> action);
  /// For reports: how many commits are pending, and the gate that all of them are on the screen.
  std::size_t pending_count() const { return pending_.size(); }
  core::GateIndex describe_pending(core::WaitGraphBuilder& builder) const;
  /// Who carries non-blocking commits out.
  const core::Process* worker() const { return worker_; }

  // ---- for atomic.cpp
  core::FencePtr new_out_fence();
  /// Hands a commit to the worker; the display must not be busy.
  void queue(CommitPtr commit);
  /// Registers a commit that the running process carries out.
  Claim claim(const CommitPtr& commit);
  /// Until the fences of `commit` have signaled. As long as the hang policy says; by itself without
  /// a limit.
  core::Task<> wait_for_fences(CommitPtr commit);
  /// Until no older commit is pending, or for as long as commit_timeout.
  core::Task<> wait_for_older(CommitPtr commit);
  /// `commit` is on the screen from now on.
  void latch(const CommitPtr& commit);

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;

 private:
  void enlist(const CommitPtr& commit, const core::Process* carrier);
  void give_up(const CommitPtr& commit);
  void remove(const CommitPtr& commit);
  void tell_watchers();
  core::Task<> commit_tail();
  Machine& machine_;
  Spec spec_;
  core::Simulation& simulation_;
  core::ObjectId id_;
  std::uint64_t context_, out_fences_ = 0;
  core::Cell cell_;
  core::Doorbell bell_, free_bell_;
  std::deque<CommitPtr> pending_;  ///< not latched yet, oldest first
  CommitPtr queued_;               ///< of these, the worker's
  std::vector<ScanOut> on_screen_;
  std::vector<std::pair<const Buffer*, std::function<void()>>> watchers_;
  std::vector<CommitPtr> given_up_;  ///< observers know them by address
  core::Process* worker_ = nullptr;
  std::uint64_t commits_ = 0;
  std::shared_ptr<Display*> self_;  ///< tells claims whether the display is still there
};

}  // namespace fencelab::models
