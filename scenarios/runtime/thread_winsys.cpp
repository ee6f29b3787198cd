// ThreadRunner: the operations of the window system, and who may still signal a value.
#include <algorithm>

#include "core/fence_array.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/memory/prime.hpp"
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

using core::Task;

// ---------------------------------------------------------------- window system

Task<> ThreadRunner::acquire(const AcquireOp& op) {
  process_->doing = "acquire";
  auto& held = images_[op.swapchain];
  held.clear();
  for (models::Swapchain* chain : world_.swapchains(op.swapchain, clone_)) {
    const models::SwapImagePtr image = co_await chain->acquire(*clone_.client, gpu());
    held.push_back(image);
  }
}

Task<> ThreadRunner::present(const PresentOp& op) {
  auto& held = images_[op.swapchain];
  const auto chains = world_.swapchains(op.swapchain, clone_);
  for (std::size_t i = 0; i < held.size(); ++i)
    co_await chains[i]->present(*clone_.client, gpu(), held[i]);
  held.clear();
}

void ThreadRunner::note_display(const Op& op) {
  if (own_display_ != kNone) return;
  const auto* const vblank = std::get_if<VblankOp>(&op.what);
  const auto* const flips = std::get_if<FlipOp>(&op.what);
  if (vblank) own_display_ = vblank->display;
  if (flips && !flips->crtcs.empty()) own_display_ = flips->crtcs.front().display;
}

const models::Display* ThreadRunner::display_for(const LatchOp& op) const {
  if (!world_.has_display()) return nullptr;
  const Index index = op.display != kNone ? op.display : own_display_ != kNone ? own_display_ : 0;
  return &world_.display(index);
}

Task<> ThreadRunner::latch(const LatchOp& op) {
  process_->doing = "latch";
  auto& held = images_[op.swapchain];
  const auto chains = world_.swapchains(op.swapchain, clone_);
  held.resize(chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    const models::SwapImagePtr image =
        co_await chains[i]->latch(*clone_.client, gpu(), display_for(op), op.wait);
    if (image && image != held[i]) note_latched(image);
    held[i] = image;
  }
}

// A frame that no flip has taken when the next one of its window comes was never seen.
void ThreadRunner::note_latched(const models::SwapImagePtr& image) {
  std::erase_if(latched_, [&](const auto& frame) {
    if (frame->swapchain != image->frame->swapchain) return false;
    simulation_.emit(core::ProbeKind::frame_dropped, frame->id, frame->swapchain, 0, frame.get());
    return true;
  });
  latched_.push_back(image->frame);
}

// ---------------------------------------------------------------- page flips

// What user space waits for itself, it names as narrowly as it knows: work on the bytes shown.
std::vector<models::SyncPoint> ThreadRunner::in_fence_of(const PlaneSpec& plane,
                                                         const models::Access& image) {
  std::vector<models::SyncPoint> points;
  if (plane.is_explicit) {
    for (const OpRef& ref : plane.in_fence) {
      const models::SyncPoint point = clone_.label(ref.label).point();
      if (!point.empty()) points.push_back(point);
    }
  } else {
    for (const auto& entry : gpu().policies().sync->flip_fences(*clone_.client, *image.buffer))
      if (entry.begin < image.end && image.begin < entry.end) points.push_back(entry.point);
  }
  return points;
}

// A value is no dma_fence, so that no sync_file can stand for it: user space waits for it before it
// commits.
Task<> ThreadRunner::wait_for_values(const FlipOp& op) {
  for (const CrtcSpec& crtc : op.crtcs)
    for (const PlaneSpec& plane : crtc.planes) {
      models::AccessList images;
      resolve(plane.image, images);
      for (const models::Access& image : images)
        for (const models::SyncPoint& point : in_fence_of(plane, image))
          if (point.is_value() && !point.done())
            co_await point.wait({.reason = core::WaitReason::value});
    }
}

void ThreadRunner::note_scanned(const AccessSpec& plane, models::Display& display) {
  if (plane.swapchain == kNone) return;
  for (const models::SwapImagePtr& image : images_[plane.swapchain]) {
    if (!image) continue;
    auto& displays = image->scanned_by;
    if (std::find(displays.begin(), displays.end(), &display) == displays.end())
      displays.push_back(&display);
  }
}

models::AtomicRequest ThreadRunner::commit_of(const FlipOp& op, bool wants_fences) {
  models::AtomicRequest request{.async = op.async};
  for (const CrtcSpec& spec : op.crtcs) {
    // Frames count as shown when the first display of the commit shows it: one place tells.
    models::CrtcState crtc{.display = &world_.display(spec.display),
                           .frames = request.crtcs.empty() ? latched_ : decltype(latched_){},
                           .wants_out_fence = wants_fences};
    for (const PlaneSpec& plane : spec.planes) {
      models::AccessList images;
      resolve(plane.image, images);
      note_scanned(plane.image, *crtc.display);
      for (const models::Access& image : images) {
        std::vector<core::FencePtr> fences;
        for (const models::SyncPoint& point : in_fence_of(plane, image))
          if (point.fence) fences.push_back(point.fence);
        // Which fences implicit fencing takes from the buffer, if any, has been said by the policy.
        crtc.planes.push_back(
            {&image.buffer->resv(), image.buffer, image.begin, image.end, std::move(fences)});
      }
    }
    request.crtcs.push_back(std::move(crtc));
  }
  return request;
}

void ThreadRunner::note_flipped(const models::AtomicResult& result, Index label) {
  if (result.error != 0) return;  // -EBUSY: what was latched is for the next flip to show
  latched_.clear();
  if (label == kNone) return;
  std::vector<core::FencePtr> fences = result.out_fences;
  clone_.label_to_write(label).fence =
      fences.size() == 1
          ? fences.front()
          : core::make_intrusive<core::FenceArray>(simulation_, std::move(fences),
                                                   core::new_fence_context(simulation_), 1);
}

Task<> ThreadRunner::flip(const FlipOp& op, Index label) {
  process_->doing = "flip";
  co_await wait_for_values(op);
  if (op.blocking) {
    models::AtomicResult done = co_await models::commit_blocking(commit_of(op, label != kNone));
    note_flipped(done, label);
    co_return;
  }
  // What a compositor does: no commit before the event of the flip before.
  for (std::size_t i = 0; !op.fails_if_busy && i < op.crtcs.size();) {
    models::Display& display = world_.display(op.crtcs[i].display);
    const bool busy = display.busy();
    if (busy) co_await display.wait_until_free();
    i = busy ? 0 : i + 1;
  }
  note_flipped(models::commit_nonblocking(commit_of(op, label != kNone)), label);
}

// Out of memory: the attachment fails, and the buffer stays where it is.
Task<> ThreadRunner::import_dma_buf(const ImportOp& op) {
  process_->doing = "import";
  const models::PrimeImport how{.importer = world_.machine().gpus()[op.gpu].get(),
                                .peer_to_peer = op.peer_to_peer,
                                .is_static = op.is_static};
  co_await models::import_buffer(world_.machine(), world_.buffer(op.buffer, clone_), how,
                                 clone_.client);
}

Task<> ThreadRunner::send(const SendOp& op) {
  models::AccessList buffers;
  for (const AccessSpec& access : op.buffers) resolve(access, buffers);
  models::Channel::Message message;
  message.sender = clone_.client;
  const bool has_gpu = !world_.machine().gpus().empty();  // else there are no fences to go along
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    models::Buffer& buffer = *buffers[i].buffer;
    models::HandOver with;
    if (has_gpu)
      with = co_await gpu().policies().sync->hand_over_by_thread(*clone_.client, gpu(), buffer);
    message.buffers.emplace_back(&buffer, std::move(with));
  }
  world_.channel(op.channel, clone_).send(std::move(message));
}

Task<> ThreadRunner::receive(const ReceiveOp& op) {
  process_->doing = "receive";
  models::Channel::Message message = co_await world_.channel(op.channel, clone_).receive();
  auto& received = received_[op.channel];
  received.clear();
  for (auto& [buffer, handed] : message.buffers) {
    received.push_back(buffer);
    if (world_.machine().gpus().empty()) continue;
    co_await gpu().policies().sync->accept(*clone_.client, gpu(), *buffer, std::move(handed));
  }
}

// ---------------------------------------------------------------- who may still signal

void ThreadRunner::note_program(const Program& program, std::uint64_t times) {
  for (const Op& op : program) {
    if (const auto* loop = std::get_if<LoopOp>(&op.what)) {
      const bool endless = loop->times == 0 || times == kForEver;
      note_program(loop->body, endless ? kForEver : times * loop->times);
    } else if (const auto* signal = std::get_if<SignalOp>(&op.what)) {
      signals_.push_back(
          {&op, &world_.timeline(signal->value.timeline, clone_), signal->value, times});
    } else if (const auto* submit_op = std::get_if<SubmitOp>(&op.what)) {
      // Work it has yet to submit may write values, too.
      for (const ValueSpec& value : submit_op->signal_values)
        signals_.push_back({&op, &world_.timeline(value.timeline, clone_), value, times});
    } else if (const auto* send_op = std::get_if<SendOp>(&op.what)) {
      world_.channel(send_op->channel, clone_).add_sender([this] { return process_; });
    } else if (const auto* acquire_op = std::get_if<AcquireOp>(&op.what)) {
      for (models::Swapchain* chain : world_.swapchains(acquire_op->swapchain, clone_))
        chain->set_client(*clone_.client);
    }
  }
}

void ThreadRunner::register_as_producer() {
  note_program(spec_.program, 1);
  for (const Signal& signal : signals_) signal.timeline->add_producer(*this);
}

std::uint64_t ThreadRunner::reachable(const core::ValueTimeline& timeline) const {
  if (process_ ? process_->state == core::ProcessState::done : !spec_.forked) return 0;
  std::uint64_t reach = 0;
  for (const Signal& signal : signals_) {
    if (signal.timeline != &timeline || states_.find(signal.op)->second.runs >= signal.times)
      continue;
    const std::uint64_t last =
        signal.times == kForEver ? kForEver : signal.value.value * signal.times;
    reach = std::max(reach, signal.value.relative ? last : signal.value.value);
  }
  return reach;
}

core::GateIndex ThreadRunner::describe_release(core::WaitGraphBuilder& builder,
                                               const core::ValueTimeline& timeline,
                                               std::uint64_t) const {
  if (process_) return builder.process(process_, "signal by " + process_->spec.name, timeline.id());
  for (const auto& thread : clone_.threads)  // not forked yet: whoever forks it
    if (thread.get() != this && thread->process_ &&
        thread->process_->state != core::ProcessState::done)
      return builder.process(thread->process_, "fork of " + spec_.name, timeline.id());
  return builder.nobody("nobody starts " + spec_.name);
}

}  // namespace fencelab::scenarios
