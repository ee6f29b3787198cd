#include "models/winsys/swapchain.hpp"

#include <algorithm>

#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

Swapchain::Swapchain(Machine& machine, std::string name, std::uint32_t number, Mode mode,
                     const std::vector<Buffer*>& images)
    : machine_(machine),
      name_(std::move(name)),
      number_(number),
      mode_(mode),
      cell_(machine.simulation()),
      freed_(machine.simulation()),
      arrived_(machine.simulation()) {
  for (Buffer* buffer : images) {
    images_.push_back(std::make_unique<SwapImage>());
    images_.back()->buffer = buffer;
  }
  freed_.describe_by([this](core::WaitGraphBuilder& builder) { return describe_free(builder); });
  arrived_.describe_by(
      [this](core::WaitGraphBuilder& builder) { return describe_client(builder); });
}

// An image comes back when the compositor takes another, and it takes none that its policy does not
// like yet.
core::GateIndex Swapchain::describe_free(core::WaitGraphBuilder& builder) const {
  const std::string label = "a free image of " + name_;
  // Its connection is gone, and the client learns of that: no fault of anybody's.
  const bool ended = compositor_process_ && compositor_process_->state == core::ProcessState::done;
  std::vector<core::GateIndex> needed{
      ended ? builder.environment("the compositor of " + name_ + " has ended")
            : builder.process(compositor_process_, label)};
  std::vector<core::GateIndex> frames;
  for (const SwapImage* image : presented_) {
    std::vector<core::GateIndex> pending;
    for (const SyncPoint& point : image->drawn)
      if (!point.done() && flip_ && flip_->insists_on(point))
        pending.push_back(point.fence ? point.fence->describe_release(builder)
                                      : point.timeline->describe_release(builder, point.value));
    frames.push_back(builder.all_of(std::move(pending)));
  }
  if (!frames.empty())
    needed.push_back(builder.any_of(std::move(frames), "a frame of " + name_ + " fit to be shown"));
  return builder.all_of(std::move(needed), label);
}

// A new image comes when the client presents one, or when one presented already gets ready.
core::GateIndex Swapchain::describe_client(core::WaitGraphBuilder& builder) const {
  // A compositor outlives its clients: waiting for the next one is no fault.
  const bool ended = client_process_ && client_process_->state == core::ProcessState::done;
  if ((client_gone_ || ended) && presented_.empty())
    return builder.environment("the client of " + name_ + " has ended");
  std::vector<core::GateIndex> gates{builder.process(client_process_, "present on " + name_)};
  for (const SwapImage* image : presented_)
    for (const SyncPoint& point : image->drawn)
      if (!point.done())
        gates.push_back(point.fence ? point.fence->describe_release(builder)
                                    : point.timeline->describe_release(builder, point.value));
  return builder.any_of(std::move(gates), "a new image on " + name_);
}

core::Task<SwapImage*> Swapchain::acquire(Client& client, Gpu& gpu) {
  core::Simulation& simulation = machine_.simulation();
  client_process_ = simulation.current();
  for (;;) {
    cell_.write();
    client_ = &client;
    const auto found = std::find_if(images_.begin(), images_.end(), [](const auto& image) {
      return image->state == SwapImage::State::free;
    });
    if (found != images_.end()) {
      SwapImage* const image = found->get();
      image->state = SwapImage::State::drawing;
      simulation.emit(core::ProbeKind::image_acquired, image->buffer->id(), number_);
      image->frame = std::make_shared<Frame>(Frame{
          simulation.new_object_id(), number_, simulation.now(), {}, core::kNever, ++frames_});
      simulation.emit(core::ProbeKind::frame_begun, image->frame->id, number_, 0,
                      image->frame.get());
      co_await gpu.policies().sync->accept(client, gpu, *image->buffer, std::move(image->handed));
      image->handed.clear();
      co_return image;
    }
    co_await core::SingleWait(freed_, 0, {.reason = core::WaitReason::fifo});
  }
}

void Swapchain::present(Client& client, Gpu& gpu, SwapImage& image) {
  core::Simulation& simulation = machine_.simulation();
  cell_.write();
  image.state = SwapImage::State::presented;
  image.handed = gpu.policies().sync->hand_over(client, *image.buffer);
  image.drawn.clear();
  for (const auto& entry : gpu.policies().sync->flip_fences(client, *image.buffer))
    image.drawn.push_back(entry.point);
  image.frame->presented = simulation.now();
  simulation.emit(core::ProbeKind::frame_presented, image.frame->id, number_, 0, image.frame.get());
  simulation.emit(core::ProbeKind::message_sent, image.frame->id, image.frame->number,
                  core::raw(image.buffer->id()));
  presented_.push_back(&image);
  arrived_.ring();
}

void Swapchain::client_gone(const Client& client) {
  cell_.write();
  if (client_ != &client) return;
  client_gone_ = true;
  for (SwapImage* image : presented_) {
    machine_.simulation().emit(core::ProbeKind::frame_dropped, image->frame->id, number_, 0,
                               image->frame.get());
    image->state = SwapImage::State::free;
    image->handed.clear();
    image->drawn.clear();
  }
  presented_.clear();
  arrived_.ring();  // the compositor looks again, and waits for no fence of theirs
}

void Swapchain::give_back(Client& compositor, Gpu& gpu, SwapImage& image) {
  image.state = SwapImage::State::free;
  image.handed = gpu.policies().sync->hand_over(compositor, *image.buffer);
  machine_.simulation().emit(core::ProbeKind::message_sent, image.frame->id, 0,
                             core::raw(image.buffer->id()));
  freed_.ring();
}

core::Task<SwapImage*> Swapchain::latch(Client& compositor, Gpu& gpu, core::Time next_vblank,
                                        bool wait) {
  core::Simulation& simulation = machine_.simulation();
  compositor_process_ = simulation.current();
  flip_ = gpu.policies().flip.get();
  for (;;) {
    cell_.write();
    const std::vector<const SwapImage*> waiting(presented_.begin(), presented_.end());
    std::span<const SwapImage* const> choices = waiting;
    if (mode_ == Mode::fifo && choices.size() > 1) choices = choices.first(1);
    const auto chosen = gpu.policies().flip->choose(choices, next_vblank, simulation.now());
    if (chosen) {
      for (std::size_t i = 0; i < *chosen; ++i) {
        SwapImage& dropped = *presented_.front();
        simulation.emit(core::ProbeKind::frame_dropped, dropped.frame->id, number_, 0,
                        dropped.frame.get());
        presented_.pop_front();
        give_back(compositor, gpu, dropped);
      }
      SwapImage* const image = presented_.front();
      presented_.pop_front();
      if (shown_) give_back(compositor, gpu, *shown_);
      shown_ = image;
      image->state = SwapImage::State::shown;
      simulation.emit(core::ProbeKind::message_received, image->frame->id, image->frame->number,
                      core::raw(image->buffer->id()));
      co_await gpu.policies().sync->accept(compositor, gpu, *image->buffer,
                                           std::move(image->handed));
      image->handed.clear();
      co_return image;
    }
    if (!wait) co_return shown_;
    // Something must be presented, or what is presented must get ready: look again then.
    std::vector<core::FencePtr> keep;
    std::vector<core::WaitItem> items{{&arrived_, 0}};
    for (const SwapImage* image : presented_)
      for (const SyncPoint& point : image->drawn) {
        if (point.done()) continue;
        if (point.fence)
          keep.push_back(point.fence), items.push_back({point.fence.get(), 0});
        else
          items.push_back({point.timeline, point.value});
      }
    core::MultiWait any(simulation, items, 1, {.reason = core::WaitReason::fifo});
    co_await any;
  }
}

Channel::Channel(core::Simulation& simulation, std::string name)
    : simulation_(simulation),
      name_(std::move(name)),
      id_(simulation.new_object_id()),
      cell_(simulation),
      bell_(simulation) {
  bell_.describe_by([this](core::WaitGraphBuilder& builder) {
    std::vector<core::GateIndex> gates;
    bool all_ended = !senders_.empty();
    for (const auto& sender : senders_) {
      const core::Process* process = sender();
      all_ended = all_ended && process && process->state == core::ProcessState::done;
      gates.push_back(builder.process(process));
    }
    if (all_ended) return builder.environment("the senders of " + name_ + " have ended");
    return builder.any_of(std::move(gates), "a message on channel " + name_, id_);
  });
}

void Channel::send(Message message) {
  cell_.write();
  message.number = ++sent_;
  simulation_.emit(core::ProbeKind::message_sent, id_, message.number);
  messages_.push_back(std::move(message));
  bell_.ring();
}

core::Task<Channel::Message> Channel::receive() {
  cell_.write();
  while (messages_.empty()) {
    co_await core::SingleWait(bell_, 0, {.reason = core::WaitReason::fifo});
    cell_.write();
  }
  Message message = std::move(messages_.front());
  messages_.pop_front();
  simulation_.emit(core::ProbeKind::message_received, id_, message.number);
  co_return message;
}

}  // namespace fencelab::models
