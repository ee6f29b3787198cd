// Under-synchronisation: conflicting accesses that nothing orders, accesses to memory that is not
// there, and pictures that are not what their frame was to be.
//
// Races are judged by what happens before what (happens_before.hpp), not by what overlapped in this
// run: two jobs that only luck kept apart race, too. So do accesses of threads through mappings,
// with jobs and with those of other threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/hazards/happens_before.hpp"
#include "analysis/hazards/hazard_log.hpp"
#include "analysis/hazards/last_accesses.hpp"
#include "models/cpu_access.hpp"
#include "models/display/display.hpp"

namespace fencelab::analysis {

class HazardTracker final : public core::ProbeSink {
 public:
  static const core::Probe::Mask kMask;
  void on_event(const core::ProbeEvent& event) override;
  /// The run is over: judges the jobs that have begun and are not done, and such accesses.
  void finish();

  /// Pairs of accesses that race; of each queue and kind of access only the newest that one races
  /// with.
  std::uint64_t races() const { return read_write_races() + write_write_races(); }
  std::uint64_t read_write_races() const { return log_.count(HazardKind::read_write_race); }
  std::uint64_t write_write_races() const { return log_.count(HazardKind::write_write_race); }
  /// Accesses to memory that is not where it is looked for, when they begin or later.
  std::uint64_t absences() const { return log_.count(HazardKind::absence); }
  /// Buffers scanned out before what was drawing them when the flip was asked for was done.
  std::uint64_t undrawn() const { return log_.count(HazardKind::undrawn); }
  /// Frames shown after a newer one of their swapchain, and planes of a flip that something
  /// submitted after it began to draw over before another flip took them off the screen.
  std::uint64_t stale() const { return log_.count(HazardKind::stale); }
  std::uint64_t hazards() const { return races() + absences() + undrawn() + stale(); }
  /// By class, the first in words: both accesses, the buffer, and what is missing.
  const std::vector<HazardClass>& classes() const { return log_.classes(); }

  /// Ids of accesses by threads are this plus their number in the run, from 1.
  static constexpr std::uint64_t kCpuAccess = std::uint64_t{1} << 63;
  /// One race, for tests: ids of the jobs or accesses, the one that was done first first.
  struct Race {
    std::uint64_t first, second;
    bool both_write;
  };
  /// If set, told of every race.
  void set_listener(std::function<void(const Race&)> listener) { listener_ = std::move(listener); }
  /// One picture that is not what it was to be, for tests: number of the commit on its display,
  /// plane, and whether it was drawn over (else: not drawn).
  struct Picture {
    std::uint64_t commit;
    const models::Buffer* plane;
    bool drawn_over;
    bool operator<(const Picture& other) const {
      return std::tie(commit, plane, drawn_over) <
             std::tie(other.commit, other.plane, other.drawn_over);
    }
  };
  void set_picture_listener(std::function<void(const Picture&)> listener) {
    picture_listener_ = std::move(listener);
  }

 private:
  /// Who touches bytes now or has just done so, and what it comes after.
  struct Toucher {
    JobMark mark;
    const models::AccessList& accesses;
    const Clock& clock;
    std::int64_t begun_ns;
  };
  struct OpenAccess {
    models::CpuAccess access;
    JobMark mark;
    std::int64_t begun_ns;
  };
  struct Drawing {
    JobMark by;
    models::Display::ScanOut plane;
  };
  struct Flip {
    std::uint64_t submissions;  ///< of jobs and accesses, so far
    std::vector<Drawing> drawing, over;
  };
  /// What a display scans out until the next flip is latched.
  struct PictureOnScreen {
    std::uint64_t commit = 0, submissions = 0;  ///< as in Flip
    std::vector<models::Display::ScanOut> planes;
    std::vector<const models::Buffer*> drawn_over;  ///< those of which it is known
  };
  void on_job(const core::ProbeEvent& event);
  void on_submitted(const models::Job& job);
  void on_started(const models::Job& job);
  void on_finished(const models::Job& job);
  void judge(const HappensBefore::InFlight& own);
  void judge(const Toucher& own);
  void report(const Toucher& own, const models::Access& access, const AccessMark& other,
              bool other_writes);

  void on_accessed(const core::ProbeEvent& event);
  void end_access(core::ProcessId process);

  void look_for_absences(const models::Job& job);
  void absent(const JobMark& who, const models::Access& access, const char* how,
              const std::string& missing);
  void on_gone(const models::Buffer& buffer, const char* how);

  void on_flip_queued(const models::Display::Commit& commit);
  void on_flip_latched(const models::Display::Commit& commit, core::ObjectId display);
  void note_picture(std::uint64_t commit, const Drawing& drawing, HazardKind kind);
  bool is_still_drawing(const Drawing& drawing);
  void draw_over(const JobMark& who, const models::AccessList& accesses);
  void on_shown(const models::Frame& frame);
  std::vector<const models::Job*>& jobs_on(const models::Buffer& buffer);

  HappensBefore order_;
  LastAccesses accesses_;
  std::vector<std::vector<const models::Job*>> by_buffer_;  ///< unfinished, by Buffer::index
  std::map<std::uint32_t, OpenAccess> open_;                ///< by process
  std::map<std::uint32_t, std::string> freed_by_;           ///< by Buffer::index
  std::map<const models::Display::Commit*, Flip> flips_;    ///< queued, not latched
  std::map<std::uint64_t, PictureOnScreen> screens_;        ///< by display
  std::map<std::uint32_t, std::uint64_t> shown_;            ///< newest frame, by swapchain
  std::int64_t now_ns_ = 0;
  HazardLog log_;
  std::function<void(const Race&)> listener_;
  std::function<void(const Picture&)> picture_listener_;
};

/// "writes bytes 0 to 4096".
std::string bytes_of(const models::Access& access);

}  // namespace fencelab::analysis
