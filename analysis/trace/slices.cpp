#include "analysis/trace/slices.hpp"

#include <algorithm>
#include <utility>

namespace fencelab::analysis {

void Slices::begin(SliceKind kind, const Mark& mark) {
  if (mark.track >= open_.size()) open_.resize(mark.track + 1);
  open_[mark.track].push_back(kind);
  sink_.begin(mark);
}

void Slices::end(SliceKind kind, TrackId track, core::Time at,
                 std::span<const std::uint64_t> flows) {
  if (track >= open_.size()) return;
  std::vector<SliceKind>& open = open_[track];
  if (std::find(open.begin(), open.end(), kind) == open.end()) return;
  for (bool last = false; !last;) {
    last = open.back() == kind;
    open.pop_back();
    sink_.end(track, at, last ? flows : std::span<const std::uint64_t>());
  }
}

void Slices::end_all(TrackId track, core::Time at) {
  if (track >= open_.size()) return;
  for (; !open_[track].empty(); open_[track].pop_back()) sink_.end(track, at, {});
}

void Slices::end_everything(core::Time at) {
  for (TrackId track = 0; track < open_.size(); ++track) end_all(track, at);
}

void Arrows::wait(TrackId track, core::ObjectId object, std::uint64_t value) {
  waiters_[object].push_back({track, value});
  waits_[track].objects.push_back(object);
}

std::vector<std::uint64_t> Arrows::happened(core::ObjectId object, std::uint64_t value) {
  std::vector<std::uint64_t> arrows;
  const auto known = waiters_.find(object);
  if (known == waiters_.end()) return arrows;
  std::vector<Waiter>& waiters = known->second;
  const auto reached = std::stable_partition(
      waiters.begin(), waiters.end(), [value](const Waiter& each) { return each.value > value; });
  for (auto waiter = reached; waiter != waiters.end(); ++waiter) {
    arrows.push_back(++last_);
    waits_[waiter->track].arrows.push_back(last_);
  }
  waiters.erase(reached, waiters.end());
  if (waiters.empty()) waiters_.erase(known);
  return arrows;
}

std::vector<std::uint64_t> Arrows::arrived(TrackId track) {
  const auto wait = waits_.find(track);
  if (wait == waits_.end()) return {};
  for (const core::ObjectId object : wait->second.objects) {
    const auto known = waiters_.find(object);
    if (known == waiters_.end()) continue;
    std::erase_if(known->second, [track](const Waiter& each) { return each.track == track; });
    if (known->second.empty()) waiters_.erase(known);
  }
  return std::move(waits_.extract(wait).mapped().arrows);
}

}  // namespace fencelab::analysis
