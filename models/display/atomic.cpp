#include "models/display/atomic.hpp"

#include <algorithm>
#include <utility>

#include "core/uninterruptible.hpp"

namespace fencelab::models {

namespace {

/// One CRTC's part of a commit.
struct Part {
  Display* display;
  std::shared_ptr<Display::Commit> commit;
};

/// Before it waits, a commit tells all fences when it would like them: at the start of the earliest
/// next vblank (set_fence_deadline in drm_atomic_helper.c).
void hint_deadlines(const AtomicRequest& request, const std::vector<SyncPoint>& fences) {
  core::Time earliest = core::kNever;
  for (const CrtcState& crtc : request.crtcs)
    earliest = std::min(earliest, crtc.display->next_vblank(crtc.display->simulation().now()));
  for (const SyncPoint& point : fences) point.fence->hint_deadline(earliest);
}

/// The commit of each CRTC. All of them wait for the fences of all.
std::vector<Part> prepare(const AtomicRequest& request, AtomicResult& result) {
  std::vector<SyncPoint> fences;
  for (const CrtcState& crtc : request.crtcs)
    for (const PlaneState& plane : crtc.planes)
      add_plane_fences(plane, crtc.display->quirks(), fences);
  hint_deadlines(request, fences);
  std::vector<Part> parts;
  for (const CrtcState& crtc : request.crtcs) {
    auto commit = std::make_shared<Display::Commit>();
    commit->fences = fences;
    commit->frames = crtc.frames;
    commit->async = request.async;
    for (const PlaneState& plane : crtc.planes)
      if (plane.buffer) commit->planes.push_back({plane.buffer, plane.begin, plane.end});
    if (crtc.wants_out_fence) commit->out = crtc.display->new_out_fence();
    result.out_fences.push_back(commit->out);
    parts.push_back({crtc.display, std::move(commit)});
  }
  return parts;
}

bool refuse_if_busy(const AtomicRequest& request) {
  for (const CrtcState& crtc : request.crtcs) {
    if (!crtc.display->busy()) continue;
    crtc.display->simulation().emit(core::ProbeKind::flip_refused, crtc.display->id());
    return true;
  }
  return false;
}

}  // namespace

AtomicResult commit_nonblocking(const AtomicRequest& request) {
  AtomicResult result;
  if (request.test_only || refuse_if_busy(request)) {
    result.out_fences.resize(request.crtcs.size());
    if (!request.test_only) result.error = core::fence_error::kBusy;
    return result;
  }
  for (Part& part : prepare(request, result)) part.display->queue(std::move(part.commit));
  return result;
}

core::Task<AtomicResult> commit_blocking(AtomicRequest request) {
  AtomicResult result;
  if (request.test_only || request.crtcs.empty()) {
    result.out_fences.resize(request.crtcs.size());
    co_return result;
  }
  core::Simulation& simulation = request.crtcs.front().display->simulation();
  std::vector<Part> parts = prepare(request, result);
  std::vector<Display::Claim> claims;  // of a thread that is killed: given up with its frame
  for (const Part& part : parts) claims.push_back(part.display->claim(part.commit));
  co_await parts.front().display->wait_for_fences(parts.front().commit);
  for (const Part& part : parts) co_await part.display->wait_for_older(part.commit);
  const core::Uninterruptible after_the_swap(simulation);
  const core::Time swapped = simulation.now();
  std::sort(parts.begin(), parts.end(), [&](const Part& a, const Part& b) {
    return std::pair(a.display->next_vblank(swapped), core::raw(a.display->id())) <
           std::pair(b.display->next_vblank(swapped), core::raw(b.display->id()));
  });
  for (const Part& part : parts) {
    if (!request.async)
      co_await core::SleepUntil(simulation, part.display->next_vblank(swapped),
                                core::WaitReason::vblank);
    part.display->latch(part.commit);
  }
  co_return result;
}

}  // namespace fencelab::models
