// HappensBefore: what every thread and every job certainly comes after, as clocks over jobs.
//
// An access by a thread is a job of a queue of its own, done at the end of the operation.
//
// Edges: program order of threads; submission before the job; order of a queue; dependencies and
// ring waits; waits of threads for fences, values, locks and the ends of threads; a fence or value
// that somebody finds done who would have waited else; forks; messages and images handed over; a
// display's fences before its out-fence. A job's clock is complete when it is done, so jobs are
// judged then. The locks of reservations order nothing: the fences in them do.
//
// Bounds: of each queue the clocks of the last kJobs jobs, of each timeline the last kSteps
// advances (what is older is taken for known as the oldest kept: an order too many, never one too
// few), and of fences that are no job's and messages the last kObjects.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/hazards/clock.hpp"
#include "analysis/hazards/direct_table.hpp"
#include "core/order_events.hpp"
#include "core/probe.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class HappensBefore {
 public:
  static const core::Probe::Mask kMask;
  /// Every event of kMask goes here before anything is asked.
  void on_event(const core::ProbeEvent& event);

  /// A job on its way.
  struct InFlight {
    const models::Job* job = nullptr;
    Epoch epoch;
    std::uint64_t submission = 0;  ///< number among all jobs
    bool started = false;
    Clock clock;  ///< its submitter's; complete when it is done
    /// Whether it has touched anything: who polls a semaphore on its engine has not.
    bool executes() const { return started && job->semaphore_open_at != core::kNever; }
  };
  /// The job, while it is submitted and the event of its end has not been left; or nullptr.
  InFlight* find(const models::Job& job) {
    const auto found = jobs_.find(core::raw(job.id()));
    return found == jobs_.end() ? nullptr : &found->second;
  }
  /// The event of its end is over.
  void forget(const models::Job& job) { jobs_.erase(core::raw(job.id())); }
  std::uint64_t submissions() const { return submissions_; }
  /// A thread begins to touch bytes: a number in a queue of its own, as if a job were submitted.
  Epoch begin_access(core::ProcessId process) {
    ++submissions_;
    return {kThreads | core::raw(process), ++cpu_accesses_};
  }
  /// It is done: the thread knows, and all who come after it.
  void end_access(core::ProcessId process, Epoch access) { of(process).learn(access); }
  const Clock& known_to(core::ProcessId process) { return of(process); }
  /// Those that execute and are not done, with what their clocks are by now; in order.
  std::vector<InFlight> running();

  /// Queues from here on are those of threads.
  static constexpr std::uint32_t kThreads = 1u << 31;
  static constexpr std::size_t kJobs = 64, kSteps = 64, kObjects = 1 << 14;

 private:
  struct Queue {
    std::uint64_t last = 0;                               ///< newest number given
    std::uint64_t done = 0;                               ///< newest number that is done
    std::vector<std::pair<std::uint64_t, Clock>> clocks;  ///< ring of the last kJobs
    std::size_t next = 0;
    const Clock* find(std::uint64_t sequence) const;
  };
  struct Step {
    std::uint64_t value;
    Clock clock;
  };
  struct Lock {
    Clock writers, all;
  };
  /// What a reservation has forgotten because it was done, by usage class.
  using Forgotten = std::array<Clock, 4>;
  /// What the end of a job signals besides its fence.
  struct Ending {
    core::Time at{};
    Clock clock;
    boost::container::small_vector<std::pair<core::ObjectId, std::uint64_t>, 2> values;
  };

  void on_submitted(const core::ProbeEvent& event);
  void on_started(const models::Job& job);
  void on_finished(const models::Job& job, core::Time now);
  void on_advanced(const core::ProbeEvent& event);
  void on_signaled(const core::ProbeEvent& event);
  void on_waited(core::ProcessId process, const core::WaitLink* links, std::uint32_t count,
                 core::WaitReason reason, bool ended);
  void on_polled(const core::ProbeEvent& event);
  void tell_driver(core::ProcessId process);
  void on_asked(const core::ProbeEvent& event);
  /// Fences up to that class that the reservation of that lock has dropped because they were done.
  void learn_forgotten(Clock& clock, std::uint64_t lock, std::uint64_t asked);
  void learn_reservations(InFlight& own);
  void on_lock(const core::ProbeEvent& event);
  void on_message(const core::ProbeEvent& event);
  void on_process(const core::ProbeEvent& event);
  void complete(InFlight& job);
  std::uint32_t driver_of(const models::Job& job);
  /// What a thread knows; a timer's callback knows nothing.
  Clock& of(core::ProcessId process) {
    if (process == core::kNoProcess) threads_.reset(0);
    return threads_[core::raw(process)];
  }
  std::uint32_t queue_of(std::uint64_t context) const {
    const std::uint32_t* found = contexts_.find(context);
    return found ? *found : 0;
  }
  Queue& queue(std::uint32_t number);
  void learn_end(Clock& clock, Epoch job);
  void learn_fence(Clock& clock, const core::DmaFence& fence);
  void learn_value(Clock& clock, core::ObjectId timeline, std::uint64_t value);
  void learn_object(Clock& clock, std::uint64_t object);
  void carry(std::uint64_t object, const Clock& clock);

  std::unordered_map<std::uint64_t, InFlight> jobs_;
  std::vector<Queue> queues_;            ///< by number
  DirectTable<std::uint32_t> contexts_;  ///< of fences and rings -> queue; 0: none
  DirectTable<Clock> threads_;           ///< by process id
  DirectTable<std::uint32_t> clients_;   ///< process -> its driver plus 1; 0: unknown
  std::vector<Clock> drivers_;           ///< what user-mode drivers have found done
  std::vector<signed char> omniscient_;  ///< by Gpu::index: the oracle's; -1: not asked yet
  std::unordered_map<std::uint64_t, std::deque<Step>> timelines_;
  DirectTable<Lock> locks_;
  DirectTable<Forgotten> reservations_;  ///< by id of their lock
  /// Who took fences out (1 + index of the client), and the lock of the reservation.
  std::set<std::pair<std::uint64_t, std::uint64_t>> taken_out_;
  core::OrderClassId reservation_class_ = core::kNoOrderClass;
  std::unordered_map<std::uint64_t, Clock> objects_;  ///< fences, messages, images, ends
  std::deque<std::uint64_t> object_order_;            ///< oldest first
  Ending ending_;
  std::uint64_t submissions_ = 0, cpu_accesses_ = 0;
};

}  // namespace fencelab::analysis
