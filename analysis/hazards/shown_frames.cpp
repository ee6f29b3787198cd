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

// What was submitted after the flip draws the next picture where this one is to be shown.
void HazardTracker::draw_over(const JobMark& who, const models::AccessList& accesses) {
  for (auto& [commit, flip] : flips_) {
    if (who.submission <= flip.submissions) continue;
    for (const models::Display::ScanOut& plane : commit->planes)
      if (draws(accesses, plane)) flip.over.push_back({who, plane});
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

void HazardTracker::on_flip_latched(const models::Display::Commit& commit) {
  const auto found = flips_.find(&commit);
  if (found == flips_.end()) return;
  const Flip flip = std::move(found->second);
  flips_.erase(found);
  const models::Buffer* last = nullptr;
  const auto note = [&](const Drawing& drawing, HazardKind kind, const char* what,
                        const char* missing) {
    const models::Buffer* plane = drawing.plane.buffer;
    if (plane == last) return;
    last = plane;
    if (picture_listener_) picture_listener_({commit.number, plane, kind == HazardKind::stale});
    log_.add({kind, drawing.by.label, plane, nullptr}, [&] {
      return HazardClass{
          .kind = kind,
          .signature =
              fmt::format("{} {} {}", without_number(plane->name()), what, drawing.by.operation()),
          .text = fmt::format("{} (scanned out from byte {} to {}) is on the screen {} {}: {}",
                              plane->name(), drawing.plane.begin, drawing.plane.end, what,
                              drawing.by.name(), missing),
          .members = {drawing.by.name()},
          .place = drawing.by.place};
    });
  };
  for (const Drawing& drawing : flip.drawing)
    if (is_still_drawing(drawing))
      note(drawing, HazardKind::undrawn, "before it is drawn by",
           "the flip waited for nothing that is after the end of the drawing");
  last = nullptr;
  for (const Drawing& drawing : flip.over)
    note(drawing, HazardKind::stale, "drawn over by",
         "what draws came after the flip and waited for no out-fence of it");
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
