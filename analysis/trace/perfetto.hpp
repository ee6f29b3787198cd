// Perfetto's protobuf format: tracks, slices, counters and arrows as TrackEvents, tracepoints as
// FtraceEventBundles, from which its viewer draws its own DRM tracks. Field numbers are those of
// github.com/google/perfetto, protos/perfetto/trace.
#pragma once

#include <string>
#include <unordered_map>

#include "analysis/trace/output.hpp"
#include "analysis/trace/sink.hpp"

namespace fencelab::analysis {

class Perfetto final : public TraceSink {
 public:
  /// `names`: of the scheduler's tracepoints.
  Perfetto(TraceOutput& output, TraceNames names);
  ~Perfetto() override;
  void declare(const Track& track) override;
  void begin(const Mark& mark) override;
  void end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) override;
  void instant(const Mark& mark) override;
  void count(TrackId track, core::Time at, std::uint64_t value) override;
  void tracepoint(const Tracepoint& point) override;
  void finish(core::Time at) override;

 private:
  /// Words that were written before, and are known by number from then on.
  struct Words {
    std::unordered_map<std::string, std::uint64_t> ids;
    std::string fresh;  ///< definitions that the next packet has to bring, encoded
  };
  void packet(core::Time at, std::string_view event);
  void append_packet(std::string body);
  void mark(const Mark& mark, std::uint64_t type);
  std::uint64_t number_of(Words& words, std::uint32_t field, std::string_view word);
  std::string annotation(const Argument& argument);
  void flush_bundle();
  TraceOutput& output_;
  TraceNames names_;
  Words event_names_, argument_names_;
  std::string bundle_;  ///< encoded events that are not written yet
  unsigned bundled_ = 0;
  bool cleared_ = false;  ///< readers were told that a new sequence begins
};

}  // namespace fencelab::analysis
