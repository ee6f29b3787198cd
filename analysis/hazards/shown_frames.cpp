// HazardTracker: what is on the screen.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/hazards/hazard_tracker.hpp"
#include "models/memory/buffer.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::analysis {

using models::Job;

namespace {

bool draws(const models::AccessList& accesses, const models::Display::ScanOut& plane) {
  return std::any_of(accesses.begin(), accesses.end(), [&](const models::Access& access) {
    return access.write && access.buffer == plane.buffer && access.begin < plane.end &&
           plane.begin < access.end;
  });
}

}  // namespace

void HazardTracker::on_flip_queued(const models::Display::Commit& commit) {
  Flip& flip = flips_[&commit];
  flip = {order_.submissions(), {}, {}};
  for (const models::Display::ScanOut& plane : commit.planes) {
    for (const Job* job : jobs_on(*plane.buffer))
      if (draws(job->accesses, plane)) flip.drawing.push_back({mark_of(*job, {}, 0), plane});
    for (const auto& [process, open] : open_)
      if (draws(open.access.accesses, plane)) flip.drawing.push_back({open.mark, plane});
  }
}

// What was submitted after the flip draws the next picture where this one is to be shown, or is
// shown: the display reads it until another one is latched.
void HazardTracker::draw_over(const JobMark& who, const models::AccessList& accesses) {
  for (auto& [commit, flip] : flips_) {
    if (who.submission <= flip.submissions) continue;
    for (const models::Display::ScanOut& plane : commit->planes)
      if (draws(accesses, plane)) flip.over.push_back({who, plane});
  }
  for (auto& [display, screen] : screens_) {
    if (who.submission <= screen.submissions) continue;
    for (const models::Display::ScanOut& plane : screen.planes) {
      auto& known = screen.drawn_over;
      if (!draws(accesses, plane) ||
          std::find(known.begin(), known.end(), plane.buffer) != known.end())
        continue;
      known.push_back(plane.buffer);
      note_picture(screen.commit, {who, plane}, HazardKind::stale);
    }
  }
}

bool HazardTracker::is_still_drawing(const Drawing& drawing) {
  if (drawing.by.by_cpu)
    return std::any_of(open_.begin(), open_.end(),
                       [&](const auto& open) { return open.second.mark.id == drawing.by.id; });
  const auto& jobs = jobs_on(*drawing.plane.buffer);
  return std::any_of(jobs.begin(), jobs.end(),
                     [&](const Job* job) { return core::raw(job->id()) == drawing.by.id; });
}

void HazardTracker::note_picture(std::uint64_t commit, const Drawing& drawing, HazardKind kind) {
  const models::Buffer* plane = drawing.plane.buffer;
  const bool is_over = kind == HazardKind::stale;
  const char* const what = is_over ? "drawn over by" : "before it is drawn by";
  if (picture_listener_) picture_listener_({commit, plane, is_over});
  log_.add({kind, drawing.by.label, plane, nullptr}, [&] {
    return HazardClass{
        .kind = kind,
        .signature =
            fmt::format("{} {} {}", without_number(plane->name()), what, drawing.by.operation()),
        .text = fmt::format(
            "{} (scanned out from byte {} to {}) is on the screen {} {}: {}", plane->name(),
            drawing.plane.begin, drawing.plane.end, what, drawing.by.name(),
            is_over
                ? "what draws came after the flip and did not wait for a later one to be on the "
                  "screen"
                : "the flip waited for nothing that is after the end of the drawing"),
        .members = {drawing.by.name()},
        .place = drawing.by.place};
  });
}

void HazardTracker::on_flip_latched(const models::Display::Commit& commit, core::ObjectId display) {
  const auto found = flips_.find(&commit);
  if (found == flips_.end()) return;
  const Flip flip = std::move(found->second);
  flips_.erase(found);
  std::vector<const models::Buffer*> undrawn, over;
  const auto is_new = [](std::vector<const models::Buffer*>& known, const Drawing& drawing) {
    if (std::find(known.begin(), known.end(), drawing.plane.buffer) != known.end()) return false;
    known.push_back(drawing.plane.buffer);
    return true;
  };
  for (const Drawing& drawing : flip.drawing)
    if (is_still_drawing(drawing) && is_new(undrawn, drawing))
      note_picture(commit.number, drawing, HazardKind::undrawn);
  for (const Drawing& drawing : flip.over)
    if (is_new(over, drawing)) note_picture(commit.number, drawing, HazardKind::stale);
  if (commit.planes.empty()) return;
  screens_[core::raw(display)] = {commit.number, flip.submissions, commit.planes, std::move(over)};
}

void HazardTracker::on_shown(const models::Frame& frame) {
  std::uint64_t& newest = shown_[frame.swapchain];
  if (frame.number < newest)
    log_.add({HazardKind::stale, nullptr, nullptr, nullptr}, [&] {
      return HazardClass{
          .kind = HazardKind::stale,
          .signature = "frames of a swapchain out of order",
          .text = fmt::format("frame {} of swapchain {} is shown after frame {}: nothing keeps "
                              "their flips in order",
                              frame.number, frame.swapchain, newest),
          .members = {fmt::format("swapchain {}", frame.swapchain)},
          .place = ~std::uint32_t{0}};
    });
  newest = std::max(newest, frame.number);
}

}  // namespace fencelab::analysis
