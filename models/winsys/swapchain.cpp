#include "models/winsys/swapchain.hpp"

#include <algorithm>
#include <utility>

#include "core/assert.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

Swapchain::Swapchain(Machine& machine, Spec spec, const std::vector<Buffer*>& images)
    : machine_(machine),
      spec_(std::move(spec)),
      cell_(machine.simulation()),
      freed_(machine.simulation()),
      arrived_(machine.simulation()) {
  for (Buffer* buffer : images) slots_.emplace_back().buffer = buffer;
  freed_.describe_by([this](core::WaitGraphBuilder& builder) { return describe_free(builder); });
  arrived_.describe_by(
      [this](core::WaitGraphBuilder& builder) { return describe_client(builder); });
  if (uses_syncobj()) make_timelines();
}

// Two timelines for each image, as Mesa has them (MR 25709), or one to release them all.
void Swapchain::make_timelines() {
  core::Simulation& simulation = machine_.simulation();
  surface_.get_surface();
  acquires_ = std::make_unique<PointSignaler>(simulation, "submit thread for " + spec_.name, [] {});
  releases_ = std::make_unique<PointSignaler>(simulation, "release thread of " + spec_.name,
                                              [this] { freed_.ring(); });
  for (Slot& slot : slots_) {
    const bool shares = spec_.protocol == Protocol::syncobj_shared && &slot != slots_.data();
    slot.acquire = Syncobj::make(simulation);
    slot.acquire->set_submitter(acquires_->thread());
    slot.release = shares ? slots_.front().release : Syncobj::make(simulation);
  }
}

// ---------------------------------------------------------------- the client's side

// With the protocol, all the client knows is whether the release point has a fence. Which buffer
// the compositor meant by it is not written there.
Swapchain::Slot* Swapchain::find_free() {
  const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.free && (slot.due == 0 || slot.release->find(slot.due).has_value());
  });
  return found == slots_.end() ? nullptr : &*found;
}

HandOver Swapchain::take_back(Slot& slot, Gpu& gpu) {
  if (!uses_syncobj()) return std::exchange(slot.handed, {});
  // A driver that syncs implicitly finds the compositor's work in the dma_resv.
  if (slot.due == 0 || gpu.policies().sync->uses_resv()) return {};
  std::vector<core::FencePtr> fences;
  slot.release->find(slot.due).value()->leaves(fences);
  HandOver back;
  for (core::FencePtr& fence : fences)
    back.push_back({0, slot.buffer->bytes(), false, 0, {std::move(fence)}});
  return back;
}

core::Task<SwapImagePtr> Swapchain::acquire(Client& client, Gpu& gpu) {
  core::Simulation& simulation = machine_.simulation();
  client_process_ = simulation.current();
  for (;;) {
    cell_.write();
    client_ = &client;
    Slot* const slot = find_free();
    if (slot) {
      slot->free = false;
      simulation.emit(core::ProbeKind::image_acquired, slot->buffer->id(), spec_.number);
      auto image = std::make_shared<SwapImage>();
      image->buffer = slot->buffer;
      image->slot = static_cast<std::size_t>(slot - slots_.data());
      image->frame = std::make_shared<Frame>(Frame{
          simulation.new_object_id(), spec_.number, simulation.now(), {}, core::kNever, ++frames_});
      simulation.emit(core::ProbeKind::frame_begun, image->frame->id, spec_.number, 0,
                      image->frame.get());
      HandOver with = take_back(*slot, gpu);
      co_await gpu.policies().sync->accept(client, gpu, *image->buffer, std::move(with));
      co_return image;
    }
    co_await core::SingleWait(freed_, 0, {.reason = core::WaitReason::fifo});
  }
}

core::Task<> Swapchain::present(Client& client, Gpu& gpu, SwapImagePtr image) {
  core::Simulation& simulation = machine_.simulation();
  HandOver handed = co_await gpu.policies().sync->hand_over_by_thread(client, gpu, *image->buffer);
  cell_.write();
  image->handed = std::move(handed);
  image->drawn.clear();
  for (const auto& entry : gpu.policies().sync->flip_fences(client, *image->buffer))
    image->drawn.push_back(entry.point);
  image->frame->presented = simulation.now();
  simulation.emit(core::ProbeKind::frame_presented, image->frame->id, spec_.number, 0,
                  image->frame.get());
  simulation.emit(core::ProbeKind::message_sent, image->frame->id, image->frame->number,
                  core::raw(image->buffer->id()));
  if (uses_syncobj()) commit_points(*image);
  presented_.push_back(image);
  arrived_.ring();
}

// wl_surface.commit with a buffer, an acquire and a release point. The acquire point may have no
// fence yet.
void Swapchain::commit_points(SwapImage& image) {
  Slot& slot = slots_[image.slot];
  image.acquire_point = ++slot.acquire_points;
  // Of its own timeline they are as good as numbered one by one.
  image.release_point = ++release_points_;
  surface_.set_acquire_point({slot.acquire, image.acquire_point});
  surface_.set_release_point({slot.release, image.release_point});
  surface_.attach(AttachedBuffer{image.buffer});
  const SyncobjProtocolError error = surface_.commit();
  FENCELAB_ASSERT(error == SyncobjProtocolError::none, "{}: protocol error {}", spec_.name,
                  static_cast<int>(error));
  slot.due = image.release_point;
  slot.free = true;
  acquires_->publish({slot.acquire, image.acquire_point}, image.drawn);
}

void Swapchain::client_gone(const Client& client) {
  cell_.write();
  if (client_ != &client) return;
  client_gone_ = true;
  for (const SwapImagePtr& image : presented_) {
    machine_.simulation().emit(core::ProbeKind::frame_dropped, image->frame->id, spec_.number, 0,
                               image->frame.get());
    slots_[image->slot].free = true;
  }
  presented_.clear();
  arrived_.ring();  // the compositor looks again, and waits for no fence of theirs
}

// ---------------------------------------------------------------- the compositor's side

// An image that is scanned out directly stays with the compositor until another one is on every
// screen that shows it.
void Swapchain::retire(Client& compositor, Gpu& gpu, const SwapImagePtr& image) {
  for (Display* const display : image->scanned_by) {
    if (!display->scans(*image->buffer)) continue;
    // The compositor lets go of it here, although the display's worker may be who gives it back.
    machine_.simulation().emit(core::ProbeKind::message_sent, image->frame->id, 0,
                               core::raw(image->buffer->id()));
    retired_.push_back(image);
    return display->when_gone(*image->buffer, [this, &compositor, &gpu, image] {
      cell_.write();
      std::erase(retired_, image);
      retire(compositor, gpu, image);
    });
  }
  give_back(compositor, gpu, *image);
}

void Swapchain::give_back(Client& compositor, Gpu& gpu, const SwapImage& image) {
  Slot& slot = slots_[image.slot];
  HandOver handed = gpu.policies().sync->hand_over(compositor, *image.buffer);
  machine_.simulation().emit(core::ProbeKind::message_sent, image.frame->id, 0,
                             core::raw(image.buffer->id()));
  if (!uses_syncobj()) {
    slot.free = true;
    slot.handed = std::move(handed);
    return freed_.ring();
  }
  std::vector<SyncPoint> work;
  for (const auto& entry : handed) work.push_back(entry.point);
  // Implicit fences cross the boundary as an exported sync_file.
  if (gpu.policies().sync->uses_resv())
    image.buffer->resv().for_each(
        Usage::read, [&](const DmaResv::Entry& entry) { work.push_back({entry.fence}); });
  releases_->publish({slot.release, image.release_point}, std::move(work));
}

// What the compositor learns of acquire points that had no fence when they were committed.
void Swapchain::look_at_points() {
  if (!uses_syncobj()) return;
  for (const SwapImagePtr& image : presented_) {
    const bool has_fences = std::none_of(image->drawn.begin(), image->drawn.end(),
                                         [](const SyncPoint& point) { return point.is_value(); });
    if (has_fences) continue;
    const auto found = slots_[image->slot].acquire->find(image->acquire_point);
    if (found) image->drawn = {{*found}};
  }
}

std::vector<const SwapImage*> Swapchain::choices() const {
  std::vector<const SwapImage*> waiting;
  for (const SwapImagePtr& image : presented_) waiting.push_back(image.get());
  if (spec_.mode == Mode::fifo && waiting.size() > 1) waiting.resize(1);
  return waiting;
}

void Swapchain::drop_oldest(Client& compositor, Gpu& gpu) {
  const SwapImagePtr dropped = presented_.front();
  machine_.simulation().emit(core::ProbeKind::frame_dropped, dropped->frame->id, spec_.number, 0,
                             dropped->frame.get());
  presented_.pop_front();
  give_back(compositor, gpu, *dropped);
}

// Something new presented, or something presented that gets ready.
std::vector<core::WaitItem> Swapchain::changes(const std::vector<const SwapImage*>& choices) {
  std::vector<core::WaitItem> items{{&arrived_, 0}};
  for (const SwapImage* image : choices)
    for (const SyncPoint& point : image->drawn) {
      if (point.poll()) continue;
      if (point.fence)
        items.push_back({point.fence.get(), 0});
      else if (uses_syncobj())
        items.push_back({&slots_[image->slot].acquire->changed(), 0});
      else
        items.push_back({point.timeline, point.value});
    }
  return items;
}

namespace {

bool is_drawn(const SwapImage* image) {
  return std::all_of(image->drawn.begin(), image->drawn.end(),
                     [](const SyncPoint& point) { return point.poll(); });
}

}  // namespace

core::Task<SwapImagePtr> Swapchain::latch(Client& compositor, Gpu& gpu, const Display* display,
                                          bool wait) {
  core::Simulation& simulation = machine_.simulation();
  compositor_process_ = simulation.current();
  flip_ = gpu.policies().flip.get();
  bool was_too_late = false;
  for (;;) {
    cell_.write();
    look_at_points();
    const std::vector<const SwapImage*> open = choices();
    const core::Time vblank = display ? display->next_vblank(simulation.now()) : core::kNever;
    const auto chosen = gpu.policies().flip->choose(open, vblank, simulation.now());
    if (chosen) {
      for (std::size_t i = 0; i < *chosen; ++i) drop_oldest(compositor, gpu);
      const SwapImagePtr image = presented_.front();
      presented_.pop_front();
      if (shown_) retire(compositor, gpu, shown_);
      shown_ = image;
      simulation.emit(core::ProbeKind::message_received, image->frame->id, image->frame->number,
                      core::raw(image->buffer->id()));
      HandOver with = std::exchange(image->handed, {});
      co_await gpu.policies().sync->accept(compositor, gpu, *image->buffer, std::move(with));
      co_return image;
    }
    if (!wait) co_return shown_;
    // A drawn frame that was refused came too late for this vblank. For the next one it does not,
    // or never will.
    const bool is_late =
        !was_too_late && vblank != core::kNever && std::any_of(open.begin(), open.end(), is_drawn);
    if (is_late) {
      was_too_late = true;
      co_await core::SleepUntil(simulation, vblank, core::WaitReason::vblank);
      continue;
    }
    was_too_late = false;
    const std::vector<SwapImagePtr> keep(presented_.begin(), presented_.end());
    const std::vector<core::WaitItem> items = changes(open);
    core::MultiWait any(simulation, items, 1, {.reason = core::WaitReason::fifo});
    co_await any;
  }
}

}  // namespace fencelab::models
