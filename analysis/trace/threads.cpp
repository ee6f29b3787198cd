#include "analysis/trace/threads.hpp"

namespace fencelab::analysis {

TrackId Tracks::declare(TrackId group, TrackKind kind, const std::string& name, bool bytes) {
  sink_.declare({++last_, group, kind, name, bytes});
  lanes_of_.resize(last_ + 1);
  return last_;
}

TrackId Tracks::group(const std::string& name) {
  TrackId& track = groups_[{0, name}];
  if (track == 0) track = declare(0, TrackKind::group, name, false);
  return track;
}

TrackId Tracks::counter(TrackId group, const std::string& name, bool bytes) {
  TrackId& track = counters_[{group, name}];
  if (track == 0) track = declare(group, TrackKind::counter, name, bytes);
  return track;
}

TrackId Tracks::lane(TrackId group, const std::string& name) {
  TrackId& track = single_[{group, name}];
  if (track == 0) track = declare(group, TrackKind::lane, name, false);
  return track;
}

TrackId Tracks::take(TrackId group, TrackKind kind, const std::string& name) {
  Lanes& lanes = lanes_[{group, name}];
  if (!lanes.free.empty()) return lanes.free.extract(lanes.free.begin()).value();
  const TrackId track = declare(group, kind, name, false);
  lanes_of_[track] = &lanes;
  return track;
}

void Tracks::release(TrackId track) { lanes_of_[track]->free.insert(track); }

namespace {

/// Without the numbers of jobs: else each of a million workers would have a track of its own.
std::string lasting_name(const std::string& name) {
  std::string lasting;
  for (std::size_t i = 0; i < name.size(); ++i) {
    lasting += name[i];
    if (name[i] != '#') continue;
    while (i + 1 < name.size() && name[i + 1] >= '0' && name[i + 1] <= '9') ++i;
  }
  return lasting;
}

}  // namespace

TrackId Threads::group_of(const core::Process& process) {
  const std::string& name = process.spec.name;
  if (process.spec.role == core::ProcessRole::engine)
    return tracks_.group("GPU " + name.substr(0, name.rfind('/')));
  if (process.spec.role != core::ProcessRole::user_thread) return tracks_.group("kernel");
  // Threads are named CLIENT/THREAD, and either may have slashes of its own.
  std::string owner;
  for (const std::string& client : clients_)
    if (client.size() > owner.size() && name.starts_with(client + "/")) owner = client;
  return tracks_.group(owner.empty() ? "kernel" : "client " + owner);
}

TrackId Threads::of(core::ProcessId process) {
  const auto known = known_.find(process);
  if (known == known_.end()) return 0;
  TrackId& track = known->second.track;
  if (track == 0)
    track = tracks_.take(group_of(*known->second.process), TrackKind::thread,
                         lasting_name(known->second.process->spec.name));
  return track;
}

void Threads::ended(core::ProcessId process) {
  const auto known = known_.find(process);
  if (known == known_.end()) return;
  if (known->second.track != 0) tracks_.release(known->second.track);
  known_.erase(known);
}

}  // namespace fencelab::analysis
