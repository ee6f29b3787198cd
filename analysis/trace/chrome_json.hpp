// Chrome's JSON trace events, array format: one event a line, readable at any time of the run.
#pragma once

#include <string>
#include <vector>

#include "analysis/trace/output.hpp"
#include "analysis/trace/sink.hpp"

namespace fencelab::analysis {

/// Tracepoints are left out: the format has no place for them.
class ChromeJson final : public TraceSink {
 public:
  explicit ChromeJson(TraceOutput& output);
  void declare(const Track& track) override;
  void begin(const Mark& mark) override;
  void end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) override;
  void instant(const Mark& mark) override;
  void count(TrackId track, core::Time at, std::uint64_t value) override;
  void tracepoint(const Tracepoint&) override {}
  void finish(core::Time at) override;

 private:
  void line(const std::string& event);
  void metadata(const char* what, const Track& track, const std::string& arguments);
  std::string place(TrackId track, core::Time at) const;
  void flow(const char* phase, std::uint64_t id, TrackId track, core::Time at);
  TraceOutput& output_;
  std::vector<Track> tracks_;  ///< by TrackId
  bool first_ = true;
};

}  // namespace fencelab::analysis
