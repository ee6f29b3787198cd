// What led to what in a run: the events from which the signalling of a fence could be told apart
// from a run in which it came otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/probe.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

/// Notes causes as a run goes on: what a thread did before; whoever ended a wait; a job's way, what
/// it depended on, and which jobs it had to wait for in its queue and on its engine. What serves
/// many (schedulers, engines, interrupts, services of the kernel) connects nothing by itself: what
/// it does for one is no cause of what it does for the next.
class CausalCone {
 public:
  void on_event(const core::ProbeEvent& event, std::uint32_t index);

  /// The event with which the fence signals; of one that never does, the last that is known about
  /// it. `name`: "12:3", context and number as tracepoints have them; or a job as reports name it,
  /// "job draw#3 of game", of which the newest counts. Nothing: there is no such.
  std::optional<std::uint32_t> find(std::string_view name) const;
  core::Time time_of(std::uint32_t event) const { return at_[event]; }
  /// Names of jobs, for suggestions.
  std::vector<std::string> jobs() const;
  /// By event: whether it is that one or led to it.
  std::vector<bool> causes_of(std::uint32_t event) const;

  static const core::Probe::Mask kMask;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  using Last = std::unordered_map<std::uint64_t, std::uint32_t>;  ///< event, by a number
  struct Edge {
    std::uint32_t cause, next;  ///< next: of the same event
  };
  struct Actor {
    bool in_order = true;     ///< what it does follows from what it did before
    bool is_service = false;  ///< until it has no more work
    std::uint32_t last = kNone;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> waits;  ///< objects, with values
  };
  struct JobTimes {
    std::uint32_t queued = kNone, ready = kNone, on_ring = kNone;
  };
  void add(std::uint32_t event, std::uint32_t cause);
  void add_last(std::uint32_t event, const Last& last, std::uint64_t key);
  void add_newer(std::uint32_t event, const Last& last, std::uint64_t key, std::uint32_t than);
  void add_value(std::uint32_t event, std::uint64_t timeline, std::uint64_t value);
  void follow_process(const core::ProbeEvent& event, std::uint32_t index);
  void begin_wait(const core::ProbeEvent& event, Actor& actor);
  void end_wait(std::uint32_t index, Actor& actor);
  void take_job(const core::ProbeEvent& event, std::uint32_t index, const models::Job& job);
  void take_fence(const core::ProbeEvent& event, std::uint32_t index);

  std::vector<core::Time> at_;        ///< by event
  std::vector<std::uint32_t> first_;  ///< by event: its first edge
  std::vector<Edge> edges_;
  std::unordered_map<core::ProcessId, Actor> actors_;
  Last published_;  ///< by object: when something that could be waited for last came about
  std::unordered_map<std::uint64_t, std::vector<std::pair<std::uint64_t, std::uint32_t>>> values_;
  Last of_job_, of_frame_, left_engine_, came_to_ring_;  ///< by job, frame, engine, queue
  /// By display and commit, by channel and message.
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> of_commit_;
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>
      behind_;  ///< fences that a fence waits for
  std::unordered_map<std::uint64_t, JobTimes> times_;
  std::map<std::string, std::uint32_t, std::less<>> fences_;     ///< "context:seqno"
  std::unordered_map<std::uint64_t, std::string> fence_names_;   ///< by object
  std::map<std::string, std::uint64_t, std::less<>> job_names_;  ///< the newest of each name
  std::unordered_map<std::uint64_t, std::string> fence_of_job_;  ///< its finished fence
};

}  // namespace fencelab::analysis
