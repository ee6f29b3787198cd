// The events of a run as the tracepoints that a kernel would have fired.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/trace/machine_names.hpp"
#include "analysis/trace/sink.hpp"
#include "analysis/trace/threads.hpp"
#include "core/fence.hpp"
#include "core/probe.hpp"
#include "models/display/display.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class Tracepoints {
 public:
  /// They outlive it.
  Tracepoints(TraceSink& sink, Threads& threads) : sink_(sink), threads_(threads) {}
  void know(const MachineNames& names) { displays_ = names.displays; }
  void on_event(const core::ProbeEvent& event);

  static const core::Probe::Mask kMask;

 private:
  /// What dma_fence tracepoints say of a fence that is there.
  struct Fence {
    const std::string* driver = nullptr;
    const std::string* timeline = nullptr;
    std::uint64_t context = 0, seqno = 0;
  };
  Tracepoint at(TracepointKind kind, const core::ProbeEvent& event);
  void note_fence(const core::ProbeEvent& event, const core::DmaFence& fence);
  void fire(TracepointKind kind, const core::ProbeEvent& event, core::ObjectId fence);
  void begin_wait(const core::ProbeEvent& event);
  void end_wait(const core::ProbeEvent& event, core::ProcessId process);
  void fire_job(TracepointKind kind, const core::ProbeEvent& event, const models::Job& job);
  void queue_job(const core::ProbeEvent& event, const models::Job& job);
  void block_job(const core::ProbeEvent& event, const models::Job& job);
  void run_job(const core::ProbeEvent& event, const models::Job& job);
  void signal(const core::ProbeEvent& event, const core::DmaFence& fence);
  void flip(const core::ProbeEvent& event);

  TraceSink& sink_;
  Threads& threads_;
  std::vector<MachineNames::Display> displays_;
  std::unordered_set<std::string> words_;  ///< of fences: few, they stay
  std::unordered_map<core::ObjectId, Fence> fences_;
  std::unordered_set<core::ObjectId> running_;  ///< jobs that the scheduler has given to a ring
  std::unordered_map<core::ProcessId, std::vector<core::ObjectId>> waits_;
};

}  // namespace fencelab::analysis
