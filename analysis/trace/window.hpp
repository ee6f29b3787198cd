// The part of a trace between two instants.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/trace/sink.hpp"

namespace fencelab::analysis {

/// Passes on what lies in [from, to]. Slices that are open at its edges are cut there; counters
/// begin with the value that they have.
class TraceWindow final : public TraceSink {
 public:
  TraceWindow(TraceSink& next, core::Time from, core::Time to)
      : next_(next), from_(from), to_(to) {}
  void declare(const Track& track) override { next_.declare(track); }
  void begin(const Mark& mark) override;
  void end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) override;
  void instant(const Mark& mark) override;
  void count(TrackId track, core::Time at, std::uint64_t value) override;
  void tracepoint(const Tracepoint& point) override;
  void finish(core::Time at) override;

 private:
  /// A slice that began before the window.
  struct Early {
    struct Detail {
      std::string name, text;
      std::uint64_t number;
      bool is_text;
    };
    std::string name;
    std::vector<Detail> details;
  };
  bool reach(core::Time at);
  void begin_early(TrackId track, const Early& slice);
  TraceSink& next_;
  core::Time from_, to_;
  bool open_ = false, closed_ = false;
  std::map<TrackId, std::vector<Early>> early_;      ///< until it opens
  std::map<TrackId, std::uint64_t> counts_, depth_;  ///< until it opens; from then on
};

}  // namespace fencelab::analysis
