// Which track each thing of a run stands on, declared to the sink when it is first needed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/trace/sink.hpp"
#include "core/process.hpp"

namespace fencelab::analysis {

/// Numbers and declares tracks. Things of one kind that follow each other have one lane, those that
/// overlap have several: as many as there were at the same time at most.
class Tracks {
 public:
  explicit Tracks(TraceSink& sink) : sink_(sink) {}
  TrackId group(const std::string& name);
  TrackId counter(TrackId group, const std::string& name, bool bytes);
  /// The only lane of that name.
  TrackId lane(TrackId group, const std::string& name);
  /// A lane or thread of that name on which nothing stands; taken until release().
  TrackId take(TrackId group, TrackKind kind, const std::string& name);
  void release(TrackId track);

 private:
  using Key = std::pair<TrackId, std::string>;
  struct Lanes {
    std::set<TrackId> free;
  };
  TrackId declare(TrackId group, TrackKind kind, const std::string& name, bool bytes);
  TraceSink& sink_;
  TrackId last_ = 0;
  std::map<Key, TrackId> groups_, counters_, single_;
  std::map<Key, Lanes> lanes_;
  std::vector<Lanes*> lanes_of_;  ///< by TrackId; nullptr: taken for good
};

/// The tracks of the processes of the simulated machine.
class Threads {
 public:
  explicit Threads(Tracks& tracks) : tracks_(tracks) {}
  /// Names of the clients of the machine, when they are known: their threads stand in groups of
  /// their own.
  void know_clients(std::vector<std::string> names) { clients_ = std::move(names); }
  void started(const core::Process& process) { known_[process.id] = {&process, 0}; }
  /// Its track is free for one of the same name.
  void ended(core::ProcessId process);
  /// 0: no such process (the clock, and what runs at the start).
  TrackId of(core::ProcessId process);

 private:
  struct Known {
    const core::Process* process = nullptr;
    TrackId track = 0;
  };
  TrackId group_of(const core::Process& process);
  Tracks& tracks_;
  std::vector<std::string> clients_;
  std::unordered_map<core::ProcessId, Known> known_;
};

}  // namespace fencelab::analysis
