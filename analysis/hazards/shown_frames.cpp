// HazardTracker: what is on the screen.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/hazards/hazard_tracker.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

using models::Job;

namespace {

bool draws(const Job& job, const models::Display::ScanOut& plane) {
  return std::any_of(job.accesses.begin(), job.accesses.end(), [&](const models::Access& access) {
    return access.write && access.buffer == plane.buffer && access.begin < plane.end &&
           plane.begin < access.end;
  });
}

}  // namespace

void HazardTracker::on_flip_queued(const models::Display::Commit& commit) {
  Flip& flip = flips_[&commit];
  flip = {order_.submissions(), {}, {}};
  for (const models::Display::ScanOut& plane : commit.planes)
    for (const Job* job : jobs_on(*plane.buffer))
      if (draws(*job, plane)) flip.drawing.push_back({core::raw(job->id()), plane.buffer});
}

// A job that was submitted after the flip draws the next picture where this one is to be shown.
void HazardTracker::draw_over(const Job& job) {
  const HappensBefore::InFlight* own = order_.find(job);
  if (!own) return;
  for (auto& [commit, flip] : flips_) {
    if (own->submission <= flip.submissions) continue;
    for (const models::Display::ScanOut& plane : commit->planes)
      if (draws(job, plane)) flip.over.push_back({core::raw(job.id()), plane.buffer});
  }
}

void HazardTracker::on_flip_latched(const models::Display::Commit& commit) {
  const auto found = flips_.find(&commit);
  if (found == flips_.end()) return;
  const Flip flip = std::move(found->second);
  flips_.erase(found);
  const models::Buffer* last = nullptr;
  for (const Drawing& drawing : flip.drawing) {
    if (drawing.plane == last) continue;
    for (const Job* job : jobs_on(*drawing.plane)) {
      if (core::raw(job->id()) != drawing.job) continue;
      last = drawing.plane;
      ++undrawn_;
      example(fmt::format(
          "{} is on the screen before {} has drawn it: the flip waited for nothing that is after "
          "the job",
          last->name(), job->name()));
      break;
    }
  }
  last = nullptr;
  for (const Drawing& drawing : flip.over) {
    if (drawing.plane == last) continue;
    last = drawing.plane;
    ++stale_;
    example(fmt::format(
        "{} is latched while a job submitted after the flip draws over it: the job waited for no "
        "out-fence of the flip",
        last->name()));
  }
}

void HazardTracker::on_shown(const models::Frame& frame) {
  std::uint64_t& newest = shown_[frame.swapchain];
  if (frame.number < newest) {
    ++stale_;
    example(
        fmt::format("frame {} of swapchain {} is shown after frame {}: nothing keeps their "
                    "flips in order",
                    frame.number, frame.swapchain, newest));
  }
  newest = std::max(newest, frame.number);
}

}  // namespace fencelab::analysis
