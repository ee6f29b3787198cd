// Tracepoints as `trace-cmd report -t` prints them.
#pragma once

#include <string>
#include <vector>

#include "analysis/trace/output.hpp"
#include "analysis/trace/sink.hpp"

namespace fencelab::analysis {

/// Slices, instants and counters are left out: the format has no place for them. Names are made
/// words by ftrace_word().
class FtraceText final : public TraceSink {
 public:
  FtraceText(TraceOutput& output, TraceNames names);
  void declare(const Track& track) override;
  void begin(const Mark&) override {}
  void end(TrackId, core::Time, std::span<const std::uint64_t>) override {}
  void instant(const Mark&) override {}
  void count(TrackId, core::Time, std::uint64_t) override {}
  void tracepoint(const Tracepoint& point) override;
  void finish(core::Time) override {}

 private:
  struct Event {
    const char* name = nullptr;  ///< nullptr: kernels with these names have no such tracepoint
    std::string fields;
  };
  Event event_of(const Tracepoint& point) const;
  TraceOutput& output_;
  TraceNames names_;
  std::vector<std::string> threads_;  ///< words, by TrackId
};

}  // namespace fencelab::analysis
