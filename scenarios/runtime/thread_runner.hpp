// ThreadRunner: executes the program of one thread of one clone.
#pragma once

#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "models/display/atomic.hpp"
#include "models/vm/bind_queue.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::scenarios {

class ThreadRunner final : public core::ValueProducer {
 public:
  ThreadRunner(World& world, CloneState& clone, const ThreadSpec& spec);
  ~ThreadRunner() override;

  const ThreadSpec& spec() const { return spec_; }
  void start();
  void kill();
  core::Process* process() const { return process_; }
  core::Completion& ended() { return ended_; }
  /// Tells the timelines that this thread may signal them, and channels that it may send.
  void register_as_producer();

  std::uint64_t reachable(const core::ValueTimeline& timeline) const override;
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::ValueTimeline& timeline,
                                   std::uint64_t value) const override;

 private:
  /// What the runner knows about one operation of the program.
  struct OpState {
    std::uint32_t draw = 0;  ///< Op::draw
    std::uint64_t runs = 0;
    std::uint32_t place = 0;
    std::string name;  ///< of its jobs
  };
  /// Fences that only this thread signals.
  class SwFences final : public core::FenceProducer {
   public:
    explicit SwFences(const ThreadRunner& thread) : thread_(thread) {}
    core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                     const core::DmaFence& fence) const override;
    std::string describe(const core::DmaFence& fence) const override;

   private:
    const ThreadRunner& thread_;
  };
  core::Task<> body();
  core::Task<> run(const Program& program);
  core::Task<> run_loop(const LoopOp& loop);
  static bool leaves_nothing(const Program& program);
  core::Task<> lock_or_back_off(const LockOp& op);
  core::Task<> execute(const Op& op, OpState& state);
  core::Task<> submit(const SubmitOp& op, OpState& state, Index label);
  core::Task<> wait(const WaitOp& op, OpState& state);
  models::BindRequestPtr bind_request(const BindOp& op);
  core::Task<> bind(const BindOp& op, OpState& state, Index label);
  core::Task<> lock(const LockOp& op);
  core::Task<> lock_all(const LockOp& op);
  void unlock(const LockOp& op);
  core::Task<> alloc(const AllocOp& op);
  core::Task<> fault_in(const models::AccessList& accesses);
  core::Task<> touch_managed(const models::AccessList& accesses);
  std::unique_ptr<models::PageWalk> walk_of(const SubmitOp& op, const models::Job& job,
                                            const OpState& state);
  bool execute_on_memory(const Op& op);
  core::Task<> change_pages(const MmOp& op);
  core::Task<> own_pages(const models::AccessList& accesses);
  core::Task<> import_dma_buf(const ImportOp& op);
  core::Task<> flip(const FlipOp& op, Index label);
  core::Task<> wait_for_values(const FlipOp& op);
  void note_scanned(const AccessSpec& plane, models::Display& display);
  models::AtomicRequest commit_of(const FlipOp& op, bool wants_fences);
  std::vector<models::SyncPoint> in_fence_of(const PlaneSpec& plane, const models::Access& image);
  void note_flipped(const models::AtomicResult& result, Index label);
  void note_display(const Op& op);
  const models::Display* display_for(const LatchOp& op) const;
  void note_latched(const models::SwapImagePtr& image);
  core::Task<> receive(const ReceiveOp& op);
  core::Task<> latch(const LatchOp& op);
  core::Task<> acquire(const AcquireOp& op);
  core::Task<> poll(const PollOp& op);
  core::Task<core::Duration> compute(const Distribution& duration, const OpState& state);
  core::Task<> access(const AccessOp& op, const OpState& state);
  core::Task<> present(const PresentOp& op);
  core::Task<> send(const SendOp& op);
  void sw_signal(const SwSignalOp& op);
  void terminate(const TerminateOp& op);
  void leave_nothing_pending();
  bool execute_at_once(const Op& op, OpState& state);

  void prepare(const Program& program);
  void note_program(const Program& program, std::uint64_t times);
  core::Duration draw(const Distribution& distribution, const OpState& state) const;
  /// Of what one execution of an operation draws; `part` tells several draws apart.
  core::RandomKey draw_key(const OpState& state, std::uint64_t part) const;
  std::uint64_t value_of(const ValueSpec& spec, const OpState& state) const;
  void resolve(const AccessSpec& spec, models::AccessList& into);
  static void wait_for_nothing(models::Job& job);
  void strike_faults(models::Job& job, OpState& state, Index label);
  core::Task<> hold_back(const models::JobPtr& job);
  models::Gpu& gpu() const;
  models::SyncPoint point_of(core::ValueTimeline& timeline, std::uint64_t value);
  models::Syncobj* syncobj_of(const models::SyncPoint& point) const;

  World& world_;
  CloneState& clone_;
  const ThreadSpec& spec_;
  core::Simulation& simulation_;
  core::Process* process_ = nullptr;
  core::Completion ended_;
  std::unordered_map<const Op*, OpState> states_;  ///< looked up, never iterated
  std::map<Index, std::vector<models::SwapImagePtr>>
      images_;  ///< per swapchain: what this thread holds
  std::map<Index, std::vector<models::Buffer*>> received_;  ///< per channel
  std::vector<std::shared_ptr<models::Frame>> latched_;     ///< frames since the last flip
  SwFences sw_producer_{*this};
  std::vector<std::pair<Index, core::FencePtr>> sw_fences_;  ///< label, fence; oldest first
  std::deque<models::JobPtr> recent_;                        ///< for throttle
  std::map<models::Engine*, std::deque<models::JobPtr>> depth_;
  models::JobPtr submitting_;  ///< its system call, or ring write, is under way
  bool killed_ = false;        ///< but still in an uninterruptible stretch
  Index own_display_ = kNone;  ///< the first that its program names
  std::uint32_t throttle_ = 0, queue_depth_ = 0;
  core::Time iteration_start_{};
  std::uint64_t rounds_ = 0;  ///< of all loops
  unsigned loops_ = 0;        ///< it is in, one in the other
  /// An operation that writes a value, and how often it runs in all.
  struct Signal {
    const Op* op;
    core::ValueTimeline* timeline;
    ValueSpec value;
    std::uint64_t times;
  };
  static constexpr std::uint64_t kForEver = ~std::uint64_t{0};
  std::vector<Signal> signals_;
  core::WwContext transaction_;
};

}  // namespace fencelab::scenarios
