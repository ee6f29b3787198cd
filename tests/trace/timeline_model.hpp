// A timeline as a reader understands it, whatever form it was written in, and what must hold of it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fencelab::tests {

/// One slice of a track.
struct Slice {
  std::uint64_t track = 0;
  std::string name;
  std::int64_t from_ns = 0, to_ns = 0;
  std::map<std::string, std::string> arguments;
  unsigned depth = 0;
};

/// Put together event by event; fails the test where an event does not fit.
class TimelineModel {
 public:
  void declare(std::uint64_t track, const std::string& name, std::uint64_t group);
  void begin(std::uint64_t track, std::int64_t at, const std::string& name,
             std::map<std::string, std::string> arguments);
  void end(std::uint64_t track, std::int64_t at);
  void instant(std::uint64_t track, std::int64_t at, const std::string& name);
  void count(std::uint64_t track, std::int64_t at, std::int64_t value);
  void leave(std::uint64_t flow, std::int64_t at);
  void arrive(std::uint64_t flow, std::int64_t at);
  /// Every slice has ended, and every arrow that arrived had left.
  void finish(bool whole = true);

  std::vector<Slice> slices;
  std::map<std::uint64_t, std::string> tracks;    ///< names
  std::map<std::uint64_t, std::uint64_t> groups;  ///< of tracks
  std::map<std::uint64_t, std::vector<std::int64_t>> counters;
  std::vector<std::string> instants;
  std::size_t arrows = 0;

  /// Slices of that name whose track's name begins so.
  std::vector<Slice> named(const std::string& name, const std::string& track = "") const;
  const std::vector<std::int64_t>& counter(const std::string& name) const;

 private:
  void pass(std::uint64_t track, std::int64_t at);
  std::map<std::uint64_t, std::vector<Slice>> open_;
  std::map<std::uint64_t, std::int64_t> flows_;
  std::int64_t now_ = 0;
};

}  // namespace fencelab::tests
