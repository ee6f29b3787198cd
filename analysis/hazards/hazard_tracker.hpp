// Under-synchronisation: conflicting accesses that nothing orders, and accesses to memory that is
// not there.
//
// A job's vector clock says, per queue, up to which job it is certainly after: its queue's earlier
// jobs, the jobs it depends on, and what those are after. When a job is submitted, every unfinished
// earlier job of another queue that it truly conflicts with must be covered by its clock; if one is
// not, only luck orders the two.
//
// A flip shows what is in its planes when it is latched: a job that was to draw there when the flip
// was asked for, and is not done, has its frame shown before it is drawn.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/probe.hpp"
#include "models/display/display.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class HazardTracker final : public core::ProbeSink {
 public:
  static constexpr core::Probe::Mask kMask = core::Probe::bit(core::ProbeKind::job_submitted) |
                                             core::Probe::bit(core::ProbeKind::job_started) |
                                             core::Probe::bit(core::ProbeKind::job_resumed) |
                                             core::Probe::bit(core::ProbeKind::job_finished) |
                                             core::Probe::bit(core::ProbeKind::buffer_evicted) |
                                             core::Probe::bit(core::ProbeKind::buffer_freed) |
                                             core::Probe::bit(core::ProbeKind::flip_queued) |
                                             core::Probe::bit(core::ProbeKind::flip_latched);
  void on_event(const core::ProbeEvent& event) override;

  std::uint64_t races() const { return races_; }  ///< pairs of jobs, not of bytes
  /// Accesses of jobs to memory that is not where their GPU looks for it, when they start or later.
  std::uint64_t absences() const { return absences_; }
  /// Buffers scanned out before a job that was drawing them when the flip was asked for was done.
  std::uint64_t undrawn() const { return undrawn_; }
  /// The first few, in words: both jobs, the buffer, and what is missing.
  const std::vector<std::string>& examples() const { return examples_; }

 private:
  using Clock = std::vector<std::uint64_t>;  ///< by queue number
  struct Known {
    const models::Job* job;
    std::uint32_t queue;
    std::uint64_t sequence;
    Clock clock;
  };
  void on_flip_queued(const models::Display::Commit& commit);
  void on_flip_latched(const models::Display::Commit& commit);
  void on_submitted(const models::Job& job);
  void on_started(const models::Job& job);
  void on_gone(const models::Buffer& buffer, const char* how);
  void on_finished(const models::Job& job);
  Clock clock_of(const models::Job& job, std::uint32_t queue);
  void join(Clock& clock, const Known& known) const;
  void look_for_races(const models::Job& job, std::uint32_t queue, const Clock& clock);
  void example(std::string text);

  std::map<std::uint64_t, Known> unfinished_;  ///< by job id
  std::map<std::uint32_t, std::vector<const models::Job*>>
      by_buffer_;                             ///< unfinished jobs, by Buffer::index
  std::vector<std::uint64_t> last_sequence_;  ///< by queue number
  std::vector<Clock> queue_clock_;            ///< of the newest job of a queue
  struct Drawing {
    std::uint64_t job;  ///< id
    const models::Buffer* plane;
  };
  std::map<const models::Display::Commit*, std::vector<Drawing>> flips_;  ///< queued, not latched
  std::uint64_t races_ = 0, absences_ = 0, undrawn_ = 0;
  std::vector<std::string> examples_;
  static constexpr std::size_t kMaxExamples = 8;
};

}  // namespace fencelab::analysis
