// Under-synchronisation: conflicting accesses that nothing orders, accesses to memory that is not
// there, and pictures that are not what their frame was to be.
//
// Races are judged by what happens before what (happens_before.hpp), not by what overlapped in this
// run: two jobs that only luck kept apart race, too.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/hazards/happens_before.hpp"
#include "analysis/hazards/last_accesses.hpp"
#include "models/display/display.hpp"

namespace fencelab::analysis {

class HazardTracker final : public core::ProbeSink {
 public:
  static const core::Probe::Mask kMask;
  void on_event(const core::ProbeEvent& event) override;
  /// The run is over: judges the jobs that have begun and are not done.
  void finish();

  /// Pairs of jobs that race; of each queue and kind of access only the newest that a job races
  /// with.
  std::uint64_t races() const { return read_write_ + write_write_; }
  std::uint64_t read_write_races() const { return read_write_; }
  std::uint64_t write_write_races() const { return write_write_; }
  /// Accesses of jobs to memory that is not where their GPU looks for it, when they start or later.
  std::uint64_t absences() const { return absences_; }
  /// Buffers scanned out before a job that was drawing them when the flip was asked for was done.
  std::uint64_t undrawn() const { return undrawn_; }
  /// Frames shown after a newer one of their swapchain, and planes of a flip that a job submitted
  /// after it had begun to draw over when the flip was latched.
  std::uint64_t stale() const { return stale_; }
  std::uint64_t hazards() const { return races() + absences_ + undrawn_ + stale_; }
  /// The first few, in words: both accesses, the buffer, and what is missing.
  const std::vector<std::string>& examples() const { return examples_; }

  /// One race, for tests: ids of the jobs, the one that was done first first.
  struct Race {
    std::uint64_t first, second;
    bool both_write;
  };
  /// If set, told of every race.
  void set_listener(std::function<void(const Race&)> listener) { listener_ = std::move(listener); }

 private:
  struct Drawing {
    std::uint64_t job;  ///< id
    const models::Buffer* plane;
  };
  struct Flip {
    std::uint64_t submissions;  ///< of jobs, so far
    std::vector<Drawing> drawing, over;
  };
  void on_job(const core::ProbeEvent& event);
  void on_submitted(const models::Job& job);
  void on_started(const models::Job& job);
  void judge(const HappensBefore::InFlight& own);
  void report(const HappensBefore::InFlight& own, const models::Access& access,
              const AccessMark& other, bool other_writes);
  void look_for_absences(const models::Job& job);
  void on_gone(const models::Buffer& buffer, const char* how);
  void on_finished(const models::Job& job);
  void on_flip_queued(const models::Display::Commit& commit);
  void on_flip_latched(const models::Display::Commit& commit);
  void draw_over(const models::Job& job);
  void on_shown(const models::Frame& frame);
  void example(std::string text);
  std::vector<const models::Job*>& jobs_on(const models::Buffer& buffer);

  HappensBefore order_;
  LastAccesses accesses_;
  std::vector<std::vector<const models::Job*>> by_buffer_;  ///< unfinished, by Buffer::index
  std::map<const models::Display::Commit*, Flip> flips_;    ///< queued, not latched
  std::map<std::uint32_t, std::uint64_t> shown_;            ///< newest frame, by swapchain
  std::uint64_t read_write_ = 0, write_write_ = 0, absences_ = 0, undrawn_ = 0, stale_ = 0;
  std::vector<std::string> examples_;
  std::function<void(const Race&)> listener_;
  static constexpr std::size_t kMaxExamples = 8;
};

}  // namespace fencelab::analysis
