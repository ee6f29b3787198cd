// Swapchain: who can end its waits, for reports.
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"
#include "models/winsys/swapchain.hpp"

namespace fencelab::models {

namespace {

core::GateIndex describe_point(core::WaitGraphBuilder& builder, const SyncPoint& point) {
  return point.fence ? point.fence->describe_release(builder)
                     : point.timeline->describe_release(builder, point.value);
}

}  // namespace

// An image comes back when the compositor takes another, and it takes none that its policy does not
// like yet. Or when a value is reached for which a release point waits.
core::GateIndex Swapchain::describe_free(core::WaitGraphBuilder& builder) const {
  const std::string label = "a free image of " + spec_.name;
  // Its connection is gone, and the client learns of that: no fault of anybody's.
  const bool ended = compositor_process_ && compositor_process_->state == core::ProcessState::done;
  std::vector<core::GateIndex> needed{
      ended ? builder.environment("the compositor of " + spec_.name + " has ended")
            : builder.process(compositor_process_, label)};
  std::vector<core::GateIndex> frames;
  for (const SwapImagePtr& image : presented_) {
    std::vector<core::GateIndex> pending;
    for (const SyncPoint& point : image->drawn)
      if (!point.done() && flip_ && flip_->insists_on(point))
        pending.push_back(describe_point(builder, point));
    frames.push_back(builder.all_of(std::move(pending)));
  }
  if (!frames.empty())
    needed.push_back(
        builder.any_of(std::move(frames), "a frame of " + spec_.name + " fit to be shown"));
  std::vector<core::GateIndex> ways{builder.all_of(std::move(needed), label)};
  if (releases_ && releases_->is_busy()) ways.push_back(builder.process(releases_->thread()));
  for (const SwapImagePtr& image : retired_)
    for (const Display* display : image->scanned_by)
      if (display->pending_count() > 0) ways.push_back(display->describe_pending(builder));
  return ways.size() == 1 ? ways.front() : builder.any_of(std::move(ways), label);
}

// A new image comes when the client presents one, or when one presented already gets ready.
core::GateIndex Swapchain::describe_client(core::WaitGraphBuilder& builder) const {
  // A compositor outlives its clients: waiting for the next one is no fault.
  const bool ended = client_process_ && client_process_->state == core::ProcessState::done;
  if ((client_gone_ || ended) && presented_.empty())
    return builder.environment("the client of " + spec_.name + " has ended");
  std::vector<core::GateIndex> gates{builder.process(client_process_, "present on " + spec_.name)};
  for (const SwapImagePtr& image : presented_)
    for (const SyncPoint& point : image->drawn)
      if (!point.done()) gates.push_back(describe_point(builder, point));
  return builder.any_of(std::move(gates), "a new image on " + spec_.name);
}

}  // namespace fencelab::models
