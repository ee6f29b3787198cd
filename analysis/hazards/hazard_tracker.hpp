// Under-synchronisation: conflicting accesses that nothing orders, and accesses to memory that is
// not there.
//
// A job's vector clock says, per queue, up to which job it is certainly after: its queue's earlier
// jobs, the jobs it depends on, and what those are after. When a job is submitted, every unfinished
// earlier job of another queue that it truly conflicts with must be covered by its clock; if one is
// not, only luck orders the two.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/probe.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class HazardTracker final : public core::ProbeSink {
 public:
  static constexpr core::Probe::Mask kMask = core::Probe::bit(core::ProbeKind::job_submitted) |
                                             core::Probe::bit(core::ProbeKind::job_started) |
                                             core::Probe::bit(core::ProbeKind::job_resumed) |
                                             core::Probe::bit(core::ProbeKind::job_finished);
  void on_event(const core::ProbeEvent& event) override;

  std::uint64_t races() const { return races_; }  ///< pairs of jobs, not of bytes
  std::uint64_t absences() const {
    return absences_;
  }  ///< accesses of starting jobs to absent memory
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
  void on_submitted(const models::Job& job);
  void on_started(const models::Job& job);
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
  std::uint64_t races_ = 0, absences_ = 0;
  std::vector<std::string> examples_;
  static constexpr std::size_t kMaxExamples = 8;
};

}  // namespace fencelab::analysis
