// ThreadRunner: the operations of the window system, and who may still signal a value.
#include <algorithm>

#include "core/wait_graph_builder.hpp"
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

using core::Task;
using core::Time;

// ---------------------------------------------------------------- window system

Task<> ThreadRunner::acquire(const AcquireOp& op) {
  process_->doing = "acquire";
  auto& held = images_[op.swapchain];
  held.clear();
  for (models::Swapchain* chain : world_.swapchains(op.swapchain, clone_)) {
    models::SwapImage* const image = co_await chain->acquire(*clone_.client, gpu());
    held.push_back(image);
  }
}

void ThreadRunner::present(const PresentOp& op) {
  auto& held = images_[op.swapchain];
  const auto chains = world_.swapchains(op.swapchain, clone_);
  for (std::size_t i = 0; i < held.size(); ++i) chains[i]->present(*clone_.client, gpu(), *held[i]);
  held.clear();
}

Task<> ThreadRunner::latch(const LatchOp& op) {
  process_->doing = "latch";
  auto& held = images_[op.swapchain];
  const auto chains = world_.swapchains(op.swapchain, clone_);
  held.resize(chains.size());
  const Time vblank =
      world_.has_display() ? world_.display(0).next_vblank(simulation_.now()) : core::kNever;
  for (std::size_t i = 0; i < chains.size(); ++i) {
    models::SwapImage* const image =
        co_await chains[i]->latch(*clone_.client, gpu(), vblank, op.wait);
    if (image && image != held[i]) latched_.push_back(image->frame);
    held[i] = image;
  }
}

Task<> ThreadRunner::flip(const FlipOp& op) {
  process_->doing = "flip";
  models::AccessList planes;
  for (const AccessSpec& plane : op.planes) resolve(plane, planes);
  for (const Index display : op.displays) co_await world_.display(display).wait_until_free();
  for (const Index display : op.displays) {
    auto commit = std::make_shared<models::Display::Commit>();
    for (const models::Access& plane : planes) commit->planes.push_back(plane.buffer);
    for (const models::Access& plane : planes)
      for (const auto& entry : gpu().policies().sync->flip_fences(*clone_.client, *plane.buffer))
        commit->fences.push_back(entry.point);
    commit->frames = latched_;
    world_.display(display).commit(std::move(commit));
  }
  latched_.clear();
  if (op.blocking)
    for (const Index display : op.displays) co_await world_.display(display).wait_until_free();
}

void ThreadRunner::send(const SendOp& op) {
  models::AccessList buffers;
  for (const AccessSpec& access : op.buffers) resolve(access, buffers);
  models::Channel::Message message;
  message.sender = clone_.client;
  for (const models::Access& access : buffers)
    message.buffers.emplace_back(access.buffer,
                                 gpu().policies().sync->hand_over(*clone_.client, *access.buffer));
  world_.channel(op.channel, clone_).send(std::move(message));
}

Task<> ThreadRunner::receive(const ReceiveOp& op) {
  process_->doing = "receive";
  models::Channel::Message message = co_await world_.channel(op.channel, clone_).receive();
  auto& received = received_[op.channel];
  received.clear();
  for (auto& [buffer, handed] : message.buffers) {
    received.push_back(buffer);
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
