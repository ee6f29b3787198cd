// Job: one batch on its way through a queue onto an engine, and the account of where its time went.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/fence.hpp"
#include "core/intrusive_ptr.hpp"
#include "core/shared.hpp"
#include "core/wait_reason.hpp"
#include "models/gpu/access.hpp"
#include "models/sync/sync_point.hpp"

namespace fencelab::models {

class Buffer;
class Client;
class Engine;
class GpuContext;
class HwQueue;
class Job;
class KernelQueue;
class PageWalk;
using JobPtr = core::IntrusivePtr<Job>;

/// Through which rule a dependency came about.
enum class DependencyRule : std::uint8_t {
  program,      ///< the program asked for it (`after`, `after_start`, `wait_values`)
  resv_kernel,  ///< KERNEL class of a dma_resv: moves, clears, binds
  resv_write,   ///< WRITE class of a dma_resv (or the exclusive slot)
  resv_read,    ///< READ class of a dma_resv (or a shared slot)
  tracked,      ///< the user-mode driver's own knowledge of its accesses
  oracle,       ///< a true hazard
  bind,         ///< the address space must be updated first
  userptr,      ///< pages of the process must be got first
};

inline constexpr std::array<std::string_view, 8> kDependencyRuleNames = {
    "program", "resv_kernel", "resv_write", "resv_read", "tracked", "oracle", "bind", "userptr"};

struct Dependency {
  SyncPoint point;
  DependencyRule rule;
  JobPtr producer;  ///< the job waited for; none if it is no job (a bind, a move, a bare value)
  const Buffer* buffer =
      nullptr;  ///< whose reservation or accesses brought it about; none: neither
};

struct ValuePoint {
  core::ValueTimeline* timeline = nullptr;
  std::uint64_t value = 0;
};

/// Where a job's time goes: exactly one phase at any instant from submit to done, so the phases add
/// up to the whole latency by construction. Index kRunning is execution, the others are WaitReason.
class LatencyAccount {
 public:
  static constexpr std::size_t kRunning = core::kWaitReasonCount;
  void open(core::Time now) { since_ = opened_ = now; }
  void enter(std::size_t phase, core::Time now) {
    spent_[phase_] += (now - since_).count();
    phase_ = static_cast<std::uint8_t>(phase);
    since_ = now;
  }
  void enter(core::WaitReason reason, core::Time now) {
    enter(static_cast<std::size_t>(reason), now);
  }
  void close(core::Time now) { enter(kRunning, now); }
  core::Time opened() const { return opened_; }
  core::Time phase_since() const { return since_; }
  std::size_t phase() const { return phase_; }
  /// Nanoseconds per phase; kWaitReasonCount reasons, then running.
  const std::array<std::int64_t, kRunning + 1>& spent() const { return spent_; }

 private:
  core::Time opened_{}, since_{};
  std::uint8_t phase_ = static_cast<std::uint8_t>(core::WaitReason::submit);
  std::array<std::int64_t, kRunning + 1> spent_{};
};

enum class JobState : std::uint8_t { submitting, queued, pending_credit, on_ring, running, done };

class Job final : public core::FenceProducer {
 public:
  explicit Job(core::Simulation& simulation);
  ~Job() override;

  core::ObjectId id() const { return id_; }
  core::Simulation& simulation() const { return simulation_; }

  // ---- what was asked for
  Client* client = nullptr;
  GpuContext* context = nullptr;
  core::Process* submitter = nullptr;
  const std::string* label = nullptr;  ///< the operation's id or a made-up name; outlives the job
  std::uint32_t place = ~std::uint32_t{0};
  std::uint64_t iteration = 0;  ///< how many times the operation ran before
  core::Duration duration{};    ///< time on the engine
  bool infinite = false;        ///< until terminate()
  AccessList accesses;          ///< the truth
  AccessList declared_apart;    ///< what the driver is told, if it differs
  bool declares = false;
  bool orders_itself = false;  ///< the declaration is for the kernel only: see known()
  AccessList marked;           ///< buffers its driver listed on top, as implicit writes
  const AccessList& declared() const { return declares ? declared_apart : accesses; }
  /// What the process orders its own work by (barriers and semaphores of Vulkan).
  const AccessList& known() const { return orders_itself ? accesses : declared(); }
  boost::container::small_vector<ValuePoint, 1> signals;  ///< values written on completion
  std::uint32_t credits = 1;        ///< what it costs in its engine's ring; at most Credits::kMost
  Engine* wanted_engine = nullptr;  ///< nullptr: the context's choice
  core::IntrusivePtr<Job> bond_master;  ///< choose the engine by a bond with this job's engine
  std::unique_ptr<PageWalk> walk;       ///< which managed pages it touches when; none: no such

  // ---- what the driver made of it
  boost::container::small_vector<Dependency, 4> dependencies;
  boost::container::small_vector<ValuePoint, 1>
      ring_waits;                        ///< semaphores in the ring (user queues)
  std::uint32_t ring_waits_over = 0;     ///< how many of them its engine knows to be reached
  std::uint32_t ring_waits_watched = 0;  ///< how many its engine was or will be told of
  core::FencePtr finished;        ///< dma_fence of the job, if anything in the kernel knows of it
  core::FencePtr started;         ///< signals at first execution, if somebody asked
  core::FencePtr scheduled;       ///< signals when it is in the ring, if that is a shared one
  bool dont_pipeline = false;     ///< nobody may go by that (DRM_SCHED_FENCE_DONT_PIPELINE)
  SyncPoint completion;           ///< how others wait for it; see publish_completion()
  KernelQueue* entity = nullptr;  ///< kernel queues: where it waits for its turn
  HwQueue* queue = nullptr;
  Engine* engine = nullptr;
  JobState state = JobState::submitting;
  int error = 0;                 ///< negative errno
  int refusal = 0;               ///< what run_job() of the driver answers; 0: it runs the job
  bool hung = false;             ///< struck by a fault: never finishes by itself
  bool never_signals = false;    ///< struck by a fault: finishes, but its values are not written
  bool doorbell_lost = false;    ///< struck by a fault: in the ring, but the hardware was not told
  bool completion_lost = false;  ///< struck by a fault: waiting for its completion may be in vain
  /// Struck by a fault: what it writes instead of its values. Timelines only rise: a lower one
  /// changes nothing.
  enum class Writes : std::uint8_t { values, one_less, zero } writes = Writes::values;
  bool corrupts_ring = false;        ///< struck by a fault: behind it nothing can be read any more
  bool faults_unserved = false;      ///< struck by a fault: touches what nobody can map
  bool interrupt_lost = false;       ///< struck by a fault: nobody is told when it is done
  core::Duration interrupt_delay{};  ///< struck by a fault: they are told so much later
  bool terminated = false;           ///< see terminate()
  bool stalled = false;              ///< on its engine or off it, it waits for pages
  bool of_kernel = false;            ///< a move or a clear: no program asked for it
  bool first_run_done = false;
  core::Process* terminator = nullptr;  ///< the thread that may yet terminate it
  core::Duration remaining{};
  core::Duration time_on_engine{};  ///< over its past slices, spinning included
  core::Duration limit_from{},
      limit_work{};  ///< that time, and its work done, when its limit began
  core::Time semaphore_open_at = core::kNever;  ///< when its ring waits were seen satisfied
  core::Time pushed_at{}, head_at{}, ready_at{}, started_at{}, done_at{};
  static constexpr int kNoPriority = -(1 << 20);  ///< lower than any
  int needed_at = kNoPriority;   ///< highest priority of what waits for it (urgency.hpp)
  Client* needed_by = nullptr;   ///< whose that is
  int inherited = kNoPriority;   ///< the same, as far as the submission policy has it inherited
  std::uint64_t ring_order = 0;  ///< kernel queues that share a ring: its place among all of them
  LatencyAccount account;

  /// Adds a dependency unless it is there already or done. Order of adding is order of waiting;
  /// of several buffers that ask for the same one the first is kept. Near constant time however
  /// many there are.
  void depend_on(const SyncPoint& point, DependencyRule rule, const Buffer* buffer = nullptr);
  bool values_reached() const;
  /// The same where nothing depends on the answer but what is booked (ValueTimeline::reached()).
  bool finds_values() const;
  /// The value of `timeline` once the job is done, or 0 if it does not write it.
  std::uint64_t value_written(const core::ValueTimeline& timeline) const;
  /// The submitter knows how others can wait for it; threads may find it through its label.
  void publish_completion(SyncPoint point) {
    published_.write();
    completion = std::move(point);
  }
  const SyncPoint& published_completion() const {
    published_.read();
    return completion;
  }
  /// Lets an infinite job end, and tells the engine that executes it, if there is one yet.
  void terminate();
  /// Whether nothing but its own work keeps it from its end.
  bool may_end() const {
    if (!infinite) return true;
    steered_.read();
    return terminated;
  }
  void assign_engine(Engine& to);
  /// Makes its scheduled fence.
  void promise_scheduled();
  /// It is in the ring, or will never be.
  void mark_scheduled() {
    if (scheduled && !scheduled->is_signaled()) scheduled->signal();
  }
  /// Marks it done: values written, fence signaled with `error`. Called by its killer, and by its
  /// engine unless somebody can tell the two apart.
  void complete(int with_error);
  /// The first half: the hardware is done with it and has written its values.
  void finish_on_hardware(int with_error);
  /// The second: the interrupt tells the kernel, which signals the fence.
  void deliver();
  /// Whether somebody can see that it is done before the kernel knows: it writes values besides.
  bool shows_before_interrupt() const {
    return finished && !never_signals && (!signals.empty() || completion.timeline);
  }
  /// Whether the kernel was not told yet that it is done.
  bool awaits_interrupt() const {
    return state == JobState::done && finished && !finished->is_signaled();
  }
  /// Ends it from outside wherever it stands (reset, force-signal, killed process).
  void kill(int with_error);
  /// The same where nobody writes for it what it would have written: its device is gone.
  void lose(int with_error);

  // FenceProducer: the job signals `finished` and `started`.
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;
  core::OrderClassId order_class() const override;
  /// The job as an agent of the snapshot: what must happen for it to finish.
  core::GateIndex describe_finish(core::WaitGraphBuilder& builder) const;
  std::string name() const;
  /// Whether it is complete, for those who act differently then. (Its other fields belong to the
  /// queue or engine it stands in.)
  bool is_done() const {
    done_.read();
    return state == JobState::done;
  }

  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

 private:
  enum class Until : std::uint8_t { ring, start, end };
  core::GateIndex describe_progress(core::WaitGraphBuilder& builder, Until until) const;
  bool depends_on(const SyncPoint& point);
  void describe_in_ring(core::WaitGraphBuilder& builder,
                        std::vector<core::GateIndex>& inputs) const;
  core::Agent describe_self() const;
  std::optional<core::Time> watchdog_due() const;
  core::Simulation& simulation_;
  core::ObjectId id_;
  core::Cell done_;
  core::Cell published_;  ///< footprint of `completion`
  core::Cell steered_;    ///< footprint of `terminated`, and of `engine` if it is infinite
  std::uint32_t references_ = 0;
  /// Newest dependency on an object by its id; kept only while there are many.
  std::unique_ptr<std::unordered_map<core::ObjectId, std::uint32_t>> known_;
  std::size_t indexed_ = 0;  ///< dependencies in `known_`
};

}  // namespace fencelab::models
