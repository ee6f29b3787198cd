// What a trace is made of, before it is written in a form: tracks with slices, instants and
// counters, and the tracepoints that a kernel would have fired.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "analysis/trace/tracepoint.hpp"
#include "core/time.hpp"

namespace fencelab::analysis {

/// Number of a track, from 1: its process id, thread id or uuid, whichever the form needs.
using TrackId = std::uint32_t;

enum class TrackKind : std::uint8_t {
  group,    ///< holds others: a client, a GPU, the kernel ...
  thread,   ///< a process of the simulated machine
  lane,     ///< one of several on which things stand that may overlap
  counter,  ///< a number
};

struct Track {
  TrackId id = 0;
  TrackId group = 0;  ///< in which it is; 0: it is one
  TrackKind kind = TrackKind::group;
  std::string name;
  bool bytes = false;  ///< counter: of bytes, else of things
};

/// A detail of a slice or an instant: text or a number.
struct Argument {
  Argument(std::string_view argument, std::string_view value)
      : name(argument), text(value), is_text(true) {}
  Argument(std::string_view argument, std::uint64_t value) : name(argument), number(value) {}
  std::string_view name, text;
  std::uint64_t number = 0;
  bool is_text = false;
};

/// The beginning of a slice, or an instant. `flows`: arrows that leave there, numbers from 1.
struct Mark {
  TrackId track = 0;
  core::Time at{};
  std::string_view name;  ///< one of few words; details are arguments
  std::span<const Argument> arguments = {};
  std::span<const std::uint64_t> flows = {};
};

/// Writes a trace in some form. Calls come in order of time; slices of a track nest.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// Before anything else about the track.
  virtual void declare(const Track& track) = 0;
  virtual void begin(const Mark& mark) = 0;
  /// Ends the slice of the track that began last. `flows`: arrows that arrive there.
  virtual void end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) = 0;
  virtual void instant(const Mark& mark) = 0;
  virtual void count(TrackId track, core::Time at, std::uint64_t value) = 0;
  /// Its thread has been declared.
  virtual void tracepoint(const Tracepoint& point) = 0;
  /// The run is over; no slice is open.
  virtual void finish(core::Time at) = 0;
};

}  // namespace fencelab::analysis
