// A trace that is kept until it is known what of it is wanted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analysis/trace/sink.hpp"

namespace fencelab::analysis {

/// Takes some hundred bytes for each thing that it is told.
class TraceRecording final : public TraceSink {
 public:
  /// What comes from now on is about that event of the run.
  void begin_event(std::uint32_t event) { event_ = event; }

  void declare(const Track& track) override;
  void begin(const Mark& mark) override;
  void end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) override;
  void instant(const Mark& mark) override;
  void count(TrackId track, core::Time at, std::uint64_t value) override;
  void tracepoint(const Tracepoint& point) override;
  void finish(core::Time at) override { finished_ = at; }

  /// When an instant of that name came for the n-th time (from 1).
  std::optional<core::Time> time_of(std::string_view name, std::uint64_t n) const;
  /// How many instants there are of each name.
  std::map<std::string, std::uint64_t> instants() const;

  /// All of it.
  void replay(TraceSink& to) const;
  /// Slices, instants and tracepoints of the events that are `kept`, and the slices that these
  /// stand in. Numbers that are counted are causes of nothing and left out.
  void replay(TraceSink& to, const std::vector<bool>& kept) const;

 private:
  enum class Kind : std::uint8_t { declare, begin, end, instant, count, tracepoint };
  struct Call {
    Kind kind;
    TrackId track;
    std::uint32_t event;
    core::Time at;
    std::string_view name;
    std::uint32_t arguments, argument_count;  ///< in arguments_
    std::uint32_t flows, flow_count;          ///< in flows_
    std::uint64_t value;                      ///< of a counter; index of a track or a tracepoint
  };
  std::string_view word(std::string_view text);
  Call& add(Kind kind, TrackId track, core::Time at);
  void add_mark(Kind kind, const Mark& mark);
  void add_flows(Call& call, std::span<const std::uint64_t> flows);
  Mark mark_of(const Call& call) const;
  std::vector<bool> calls_of(const std::vector<bool>& kept) const;
  void pass(const Call& call, std::span<const std::uint64_t> flows, TraceSink& to) const;

  std::vector<Call> calls_;
  std::vector<Track> tracks_;
  std::vector<Tracepoint> points_;
  std::vector<Argument> arguments_;
  std::vector<std::uint64_t> flows_;
  std::deque<std::string> texts_;  ///< do not move
  std::unordered_set<std::string_view> words_;
  std::uint32_t event_ = 0;
  core::Time finished_{};
};

}  // namespace fencelab::analysis
