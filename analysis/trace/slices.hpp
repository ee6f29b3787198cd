// Open slices of tracks, and arrows between them.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analysis/trace/sink.hpp"
#include "core/ids.hpp"

namespace fencelab::analysis {

/// What a slice stands for. Who ends one ends those that were begun in it, too.
enum class SliceKind : std::uint8_t {
  worker,
  operation,
  ioctl,
  wait,
  job,
  phase,
  execution,
  frame,
  stage,
  commit
};

/// Keeps the slices of each track nested, whatever ends when.
class Slices {
 public:
  explicit Slices(TraceSink& sink) : sink_(sink) {}
  void begin(SliceKind kind, const Mark& mark);
  /// Ends the innermost slice of that kind; nothing if there is none. `flows`: arrows to it.
  void end(SliceKind kind, TrackId track, core::Time at, std::span<const std::uint64_t> flows = {});
  void end_all(TrackId track, core::Time at);
  /// Those of all tracks.
  void end_everything(core::Time at);

 private:
  TraceSink& sink_;
  std::vector<std::vector<SliceKind>> open_;  ///< by TrackId
};

/// Who waits for what, so that arrows lead from what happened to each wait that it ended.
class Arrows {
 public:
  /// The wait on `track` is for `object` (to reach `value`), perhaps among others.
  void wait(TrackId track, core::ObjectId object, std::uint64_t value);
  /// It happened, or reached `value`: the numbers of the arrows that leave, one for each waiter.
  std::vector<std::uint64_t> happened(core::ObjectId object, std::uint64_t value);
  /// The wait on `track` is over: the numbers of the arrows that arrive.
  std::vector<std::uint64_t> arrived(TrackId track);

 private:
  struct Waiter {
    TrackId track;
    std::uint64_t value;
  };
  struct Wait {
    std::vector<core::ObjectId> objects;
    std::vector<std::uint64_t> arrows;
  };
  std::unordered_map<core::ObjectId, std::vector<Waiter>> waiters_;
  std::unordered_map<TrackId, Wait> waits_;
  std::uint64_t last_ = 0;
};

}  // namespace fencelab::analysis
