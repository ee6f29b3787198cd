#include "models/sync/syncobj.hpp"

#include "core/fence_chain.hpp"
#include "core/order_events.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::models {

PointWatch::~PointWatch() {
  if (syncobj_) std::erase(syncobj_->watches_, this);
}

SyncobjPtr Syncobj::make(core::Simulation& simulation, bool signaled) {
  SyncobjPtr syncobj(new Syncobj(simulation));
  if (signaled) syncobj->signal();
  return syncobj;
}

Syncobj::Syncobj(core::Simulation& simulation) : cell_(simulation), changed_(simulation) {
  changed_.describe_by([this](core::WaitGraphBuilder& builder) {
    return submitter_ ? builder.process(submitter_, "a fence for the syncobj")
                      : builder.nobody("nobody will submit to the syncobj");
  });
}

Syncobj::~Syncobj() {
  for (PointWatch* watch : watches_) watch->syncobj_ = nullptr;
}

std::optional<core::FencePtr> Syncobj::find(std::uint64_t point) const {
  cell_.read();
  if (!fence_) return std::nullopt;
  std::optional<core::FencePtr> found = core::find_point(fence_, point);
  if (found && !*found) found = core::make_signaled_fence(simulation());
  return found;
}

void Syncobj::replace(core::FencePtr fence) {
  cell_.write();
  const bool same = fence == fence_;
  fence_ = std::move(fence);
  if (same || !fence_) return;
  core::note_published(*fence_);
  serve_watches();
}

void Syncobj::add_point(core::FencePtr fence, std::uint64_t point) {
  cell_.write();
  const core::FencePtr previous = fence_;
  fence_ = core::FenceChain::make(simulation(), previous, std::move(fence), point);
  core::note_published(*fence_);
  serve_watches();
  // As drm_syncobj_add_point does. Where one explores, looking at fences would be a touch.
  if (core::FenceChain* const node = core::FenceChain::from(previous.get());
      node && !simulation().untimed())
    node->collect();
}

std::uint64_t Syncobj::last_signaled() const {
  cell_.read();
  core::FenceChain* const head = core::FenceChain::from(fence_.get());
  if (!head) return 0;
  core::FencePtr kept = fence_;
  core::FenceChain* oldest = head;
  for (core::FencePtr older = head->walk(); older; older = oldest->walk()) {
    core::FenceChain* const node = core::FenceChain::from(older.get());
    if (!node || node->context() != head->context()) break;
    kept = older;
    oldest = node;
  }
  return oldest->is_signaled() ? oldest->seqno() : oldest->previous_point();
}

std::uint64_t Syncobj::last_submitted() const {
  cell_.read();
  const core::FenceChain* const head = core::FenceChain::from(fence_.get());
  return head ? head->seqno() : 0;
}

std::optional<SyncFile> Syncobj::export_sync_file(std::uint64_t point) const {
  const std::optional<core::FencePtr> found = find(point);
  if (!found) return std::nullopt;
  return SyncFile(*found);
}

void Syncobj::watch(PointWatch& watch) {
  cell_.write();
  if (serve(watch)) return;
  watch.syncobj_ = this;
  watches_.push_back(&watch);
}

/// False if its point has no fence yet.
bool Syncobj::serve(PointWatch& watch) {
  const std::optional<core::FencePtr> found = find(watch.point_);
  if (!found) return false;
  watch.syncobj_ = nullptr;
  watch.on_found(*found);
  return true;
}

void Syncobj::serve_watches() {
  std::erase_if(watches_, [this](PointWatch* watch) { return serve(*watch); });
  changed_.ring();
}

// ---------------------------------------------------------------- eventfd

struct EventCounter::Watch final : PointWatch, core::FenceCallback {
  Watch(EventCounter& owner, std::uint64_t point, bool at_once)
      : PointWatch(point), counter(owner), available(at_once) {}
  void on_found(const core::FencePtr& found) override {
    fence = found;
    if (available || !fence->add_callback(*this)) counter.count();
  }
  void on_signaled(core::DmaFence&) override { counter.count(); }
  EventCounter& counter;
  bool available;
  core::FencePtr fence;
};

EventCounter::EventCounter(core::Simulation& simulation) : bell_(simulation), cell_(simulation) {}
EventCounter::~EventCounter() = default;

void EventCounter::watch(Syncobj& syncobj, std::uint64_t point, bool available) {
  watches_.push_back(std::make_unique<Watch>(*this, point, available));
  syncobj.watch(*watches_.back());
}

void EventCounter::count() {
  cell_.write();
  ++count_;
  bell_.ring();
}

std::uint64_t EventCounter::read() {
  cell_.write();
  return std::exchange(count_, 0);
}

}  // namespace fencelab::models
