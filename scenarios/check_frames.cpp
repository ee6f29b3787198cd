// Swapchains: a thread presents images that it acquired, not images that it latched to show them.
// Programs have no branches, so what a thread holds at each operation is known beforehand.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

// What one thread holds of each swapchain while its program is followed.
class ImageFollower {
 public:
  ImageFollower(LoadContext& context, const ThreadSpec& thread)
      : context_(context), thread_(thread) {}

  void follow() { follow(thread_.program); }

 private:
  void follow(const Program& program) {
    for (const Op& op : program) {
      if (const auto* const loop = std::get_if<LoopOp>(&op.what)) {
        // A third round finds what the second found: the last operation on a chain decides.
        follow(loop->body);
        if (loop->times != 1) follow(loop->body);
      }
      if (const auto* const acquire = std::get_if<AcquireOp>(&op.what))
        latched_at_[acquire->swapchain] = nullptr;
      if (const auto* const latch = std::get_if<LatchOp>(&op.what))
        latched_at_[latch->swapchain] = &op.place;
      if (const auto* const present = std::get_if<PresentOp>(&op.what))
        check_present(present->swapchain, op.place);
    }
  }

  void check_present(Index chain, const Place& place) {
    const Place* const latch = std::exchange(latched_at_[chain], nullptr);
    if (latch == nullptr || context_.sink.has_error_under(place.pointer)) return;
    const std::string name = quote(context_.scenario.swapchains[chain].name);
    context_.sink.error(
        place.pointer,
        {.code = "image-not-acquired",
         .message = fmt::format("what thread {} holds of {} here is an image that it latched",
                                quote(thread_.name), name),
         .expected = "an acquire of it before, in the same thread",
         .hint = fmt::format("the latch is at {}:{}", latch->line, latch->column)});
  }

  LoadContext& context_;
  const ThreadSpec& thread_;
  std::map<Index, const Place*> latched_at_;  // nullptr: acquired, or nothing
};

}  // namespace

void check_frames(LoadContext& context) {
  for (const ProcessSpec& process : context.scenario.processes)
    for (const ThreadSpec& thread : process.threads)
      if (!context.sink.has_error_under(thread.place.pointer))
        ImageFollower(context, thread).follow();
}

}  // namespace fencelab::scenarios
