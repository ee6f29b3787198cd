// Frames on their way to the screen, and what displays show.
#include <algorithm>

#include "analysis/trace/timeline.hpp"
#include "models/display/display.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::analysis {

using core::ProbeEvent;
using core::ProbeKind;

std::string Timeline::display_name(core::ObjectId display) const {
  const auto known = std::find_if(displays_.begin(), displays_.end(),
                                  [display](const auto& each) { return each.id == display; });
  return known == displays_.end() ? "display" : known->name;
}

void Timeline::on_frame_event(const ProbeEvent& event) {
  const auto& frame = *static_cast<const models::Frame*>(event.subject);
  const TrackId group = tracks_.group("displays");
  if (event.kind == ProbeKind::frame_begun) {
    const TrackId lane =
        tracks_.take(group, TrackKind::lane, "frames of swapchain " + std::to_string(event.a));
    frames_[frame.id] = lane;
    const Argument arguments[] = {{"frame", frame.number}};
    slices_.begin(SliceKind::frame, {lane, event.at, "frame", arguments});
    return slices_.begin(SliceKind::stage, {lane, event.at, "drawing"});
  }
  const auto known = frames_.find(frame.id);
  if (known == frames_.end()) return;
  const TrackId lane = known->second;
  slices_.end(SliceKind::stage, lane, event.at);
  if (event.kind == ProbeKind::frame_presented)
    return slices_.begin(SliceKind::stage, {lane, event.at, "presented"});
  sink_.instant({lane, event.at, event.kind == ProbeKind::frame_shown ? "shown" : "dropped"});
  slices_.end(SliceKind::frame, lane, event.at);
  tracks_.release(lane);
  frames_.erase(known);
}

void Timeline::on_flip_event(const ProbeEvent& event) {
  const TrackId group = tracks_.group("displays");
  const std::string name = display_name(event.object);
  const Argument arguments[] = {{"commit", event.a}};
  if (event.kind == ProbeKind::flip_refused) return note(event, "flip refused");
  TrackId& screen = screens_[event.object];
  if (screen == 0) screen = tracks_.lane(group, name + " shows");
  if (event.kind == ProbeKind::vblank_missed) {
    const Argument count[] = {{"vblanks", event.a}};
    return sink_.instant({screen, event.at, "vblank missed", count});
  }
  TrackId& lane = commits_[{event.object, event.a}];
  if (lane == 0) {
    lane = tracks_.take(group, TrackKind::lane, name + " commits");
    slices_.begin(SliceKind::commit, {lane, event.at, "commit", arguments});
  }
  if (event.kind == ProbeKind::flip_queued) return;
  slices_.end(SliceKind::commit, lane, event.at);
  tracks_.release(lane);
  commits_.erase({event.object, event.a});
  slices_.end(SliceKind::commit, screen, event.at);
  slices_.begin(SliceKind::commit, {screen, event.at, "commit", arguments});
}

}  // namespace fencelab::analysis
