// The events of a run as a timeline: operations and waits of threads, the ways of jobs, engines,
// frames and displays, and counters of memory and queues (docs/guide/traces.md says what stands
// where).
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/trace/machine_names.hpp"
#include "analysis/trace/slices.hpp"
#include "analysis/trace/threads.hpp"
#include "core/probe.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class Timeline {
 public:
  /// They outlive it.
  Timeline(TraceSink& sink, Tracks& tracks, Threads& threads)
      : sink_(sink), tracks_(tracks), threads_(threads), slices_(sink) {}
  void know(const MachineNames& names) { displays_ = names.displays; }
  void on_event(const core::ProbeEvent& event);
  /// Ends what is open.
  void finish(core::Time at) { slices_.end_everything(at); }

  static const core::Probe::Mask kMask;

 private:
  /// A job between its submission and its end.
  struct Stage {
    TrackId lane = 0;     ///< with the way of the job
    TrackId counter = 0;  ///< of its queue
    TrackId engine = 0;   ///< which executes it now; 0: none
    core::ObjectId queue{};
    bool over = false;  ///< only the kernel does not know yet
  };
  // timeline.cpp: threads
  void on_thread_event(const core::ProbeEvent& event);
  void begin_wait(const core::ProbeEvent& event);
  void happened(const core::ProbeEvent& event, std::uint64_t value, const core::Waitable& what);
  void note(const core::ProbeEvent& event, std::string_view what,
            std::span<const Argument> arguments = {}, std::span<const std::uint64_t> flows = {});
  TrackId here(const core::ProbeEvent& event);
  // timeline_jobs.cpp
  void on_job_event(const core::ProbeEvent& event, const models::Job& job);
  Stage* open(const core::ProbeEvent& event, const models::Job& job);
  void begin_phase(Stage& stage, core::Time at, std::string_view name,
                   std::span<const Argument> arguments = {});
  void block(Stage& stage, const core::ProbeEvent& event, const models::Job& job);
  void execute(Stage& stage, const core::ProbeEvent& event, const models::Job& job);
  void leave_engine(Stage& stage, core::Time at);
  void finish_job(const core::ProbeEvent& event, const models::Job& job);
  void close(core::ObjectId job, core::Time at);
  // timeline_display.cpp
  void on_frame_event(const core::ProbeEvent& event);
  void on_flip_event(const core::ProbeEvent& event);
  std::string display_name(core::ObjectId display) const;

  TraceSink& sink_;
  Tracks& tracks_;
  Threads& threads_;
  Slices slices_;
  Arrows arrows_;
  std::vector<MachineNames::Display> displays_;
  std::unordered_map<core::ObjectId, Stage> jobs_;
  std::unordered_map<core::ObjectId, std::uint64_t> queue_depths_;
  std::unordered_map<core::ObjectId, TrackId> frames_;
  std::map<std::pair<core::ObjectId, std::uint64_t>, TrackId> commits_;
  std::unordered_map<core::ObjectId, TrackId> screens_;
};

}  // namespace fencelab::analysis
