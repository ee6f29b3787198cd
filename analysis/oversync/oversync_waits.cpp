// OversyncTracker: dependencies that are no queue's: waits of threads, and in-fences of flips.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/oversync/names.hpp"
#include "analysis/oversync/oversync_tracker.hpp"
#include "models/client.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

using core::Time;
using models::Dependency;
using models::Job;

// The thread would have gone on when the last thing was done that it needed to wait for here, too.
void OversyncTracker::on_waited(const core::ProbeEvent& event) {
  const auto& waited = *static_cast<const models::WaitedDependency*>(event.subject);
  const Dependency& dependency = *waited.dependency;
  if (!waited.consumer) {
    Unclaimed wait{event.process, dependency.buffer, {}, {}, {}, false, waited.since, event.at};
    const Job* producer = dependency.producer.get();
    wait.asked_for = dependency.rule == models::DependencyRule::program;
    if (producer) wait.accesses = producer->accesses;
    wait.key.producer = producer ? name_key(*producer) : dependency.point.timeline;
    wait.key.buffer = dependency.buffer;
    wait.key.rule = models::kDependencyRuleNames[static_cast<std::size_t>(dependency.rule)];
    wait.row.producer = producer_name(dependency);
    wait.row.buffer = dependency.buffer ? dependency.buffer->name() : "";
    wait.row.where = "thread";
    wait.row.policy = waited.client->name();
    unclaimed_.push_back(std::move(wait));
    return;
  }
  const Job& consumer = *waited.consumer;
  index_.reset(consumer.accesses);
  const bool is_needed = needed(dependency);
  Cost cost{event.at, waited.since, event.at};
  for (const Dependency& other : consumer.dependencies)
    if (other.point.is_value() == dependency.point.is_value() && !is_needed && needed(other))
      cost.could_start = std::max(cost.could_start, std::min(done_at(other), event.at));
  count(dependency, consumer, is_needed, Where::thread,
        !is_needed && cost.could_start < cost.start ? &cost : nullptr);
  if (!dependency.point.is_value())
    jobs_[core::raw(consumer.id())].judged.push_back(dependency.point.id());
}

// What the thread submits first on a buffer it took over tells what it waited for.
void OversyncTracker::claim(core::ProcessId process, const Job& job) {
  claim(process, {job.accesses, name_key(job), policy_name(models::DependencyRule::tracked, job),
                  operation_name(job)});
}

// So does what it touches first through a mapping; nobody but the thread asked for that wait.
void OversyncTracker::claim(core::ProcessId process, const models::CpuAccess& access) {
  claim(process, {access.accesses, access.label, "",
                  fmt::format("{} of {}", *access.label, access.client->name())});
}

void OversyncTracker::claim(core::ProcessId process, const Claimant& who) {
  std::erase_if(unclaimed_, [&](Unclaimed& wait) {
    if (wait.process != process) return false;
    bool uses = false, conflicts = wait.asked_for;
    for (const models::Access& access : who.accesses) {
      uses |= access.buffer == wait.buffer;
      for (const models::Access& other : wait.accesses) conflicts |= conflict(access, other);
    }
    if (!uses) return false;
    wait.key.consumer = who.key;
    wait.row.policy = who.policy;
    settle(wait, conflicts, who.name);
    return true;
  });
}

void OversyncTracker::settle(const Unclaimed& wait, bool is_needed, const std::string& consumer) {
  DependencyTable::Key key = wait.key;
  key.needed = is_needed;
  key.where = static_cast<std::uint32_t>(Where::thread);
  DependencyRow& row = table_.row(key, [&] {
    DependencyRow made = wait.row;
    made.consumer = consumer;
    return made;
  });
  const Cost cost{wait.until, wait.since, wait.until};
  add(row, is_needed, Where::thread, is_needed ? nullptr : &cost, "taking the buffer over");
}

void OversyncTracker::finish() {
  for (const Unclaimed& wait : unclaimed_) settle(wait, false, "(never used)");
  unclaimed_.clear();
}

// ---------------------------------------------------------------- flips

void OversyncTracker::watch(const models::Display& display, const std::string& policy) {
  screens_[core::raw(display.id())] = {&display, policy};
}

void OversyncTracker::on_flip_queued(const core::ProbeEvent& event) {
  const auto& commit = *static_cast<const models::Display::Commit*>(event.subject);
  const auto screen = screens_.find(core::raw(event.object));
  if (screen == screens_.end()) return;
  const auto shows = [&](const models::Buffer* buffer) {
    return std::any_of(
        commit.planes.begin(), commit.planes.end(),
        [&](const models::Display::ScanOut& plane) { return plane.buffer == buffer; });
  };
  const auto draws = [&](const models::Access& access) {
    return access.write && std::any_of(commit.planes.begin(), commit.planes.end(),
                                       [&](const models::Display::ScanOut& plane) {
                                         return plane.buffer == access.buffer &&
                                                access.begin < plane.end &&
                                                plane.begin < access.end;
                                       });
  };
  std::erase_if(unclaimed_, [&](const Unclaimed& wait) {
    if (wait.process != event.process || !shows(wait.buffer)) return false;
    settle(wait, std::any_of(wait.accesses.begin(), wait.accesses.end(), draws),
           "flip on " + screen->second.display->name());
    return true;
  });
  Flip flip{event.at, {}, "flip on " + screen->second.display->name()};
  for (const models::SyncPoint& point : commit.fences) {
    // Asked without polling: looking must not change what the run knows.
    const bool done = point.fence ? point.fence->signaled_at() != core::kNever
                                  : values_.reached(point.id(), point.value) != core::kNever;
    if (done || point.empty()) continue;
    FlipFence fence{
        models::dependency_on(point, models::DependencyRule::tracked, nullptr), true, {}};
    if (const Job* producer = fence.dependency.producer.get()) {
      const auto drawn = std::find_if(producer->accesses.begin(), producer->accesses.end(), draws);
      fence.needed = drawn != producer->accesses.end();
      fence.dependency.buffer = fence.needed            ? drawn->buffer
                                : commit.planes.empty() ? nullptr
                                                        : commit.planes.front().buffer;
    }
    fence.producer = producer_name(fence.dependency);
    fence.dependency.producer = nullptr;  // may be gone when the flip is latched
    flip.fences.push_back(std::move(fence));
  }
  if (!flip.fences.empty()) flips_[&commit] = std::move(flip);
}

void OversyncTracker::on_flip_latched(const core::ProbeEvent& event) {
  const auto found = flips_.find(static_cast<const models::Display::Commit*>(event.subject));
  if (found == flips_.end()) return;
  const Flip flip = std::move(found->second);
  flips_.erase(found);
  const Screen& screen = screens_.at(core::raw(event.object));
  Time ready = flip.queued, last{};
  const FlipFence* last_false = nullptr;
  for (const FlipFence& fence : flip.fences) {
    const Time done = std::min(done_at(fence.dependency), event.at);
    if (fence.needed)
      ready = std::max(ready, done);
    else if (!last_false || done > last)
      last_false = &fence, last = done;
  }
  const Cost cost{event.at, std::min(event.at, screen.display->next_vblank(ready)), last};
  for (const FlipFence& fence : flip.fences) {
    const DependencyTable::Key key{screen.display,
                                   intern(fence.producer),
                                   fence.dependency.buffer,
                                   "in_fence",
                                   static_cast<std::uint32_t>(Where::flip),
                                   fence.needed};
    DependencyRow& row = table_.row(key, [&] {
      DependencyRow made;
      made.consumer = flip.consumer;
      made.producer = fence.producer;
      made.buffer = fence.dependency.buffer ? fence.dependency.buffer->name() : "";
      made.policy = screen.policy;
      made.where = "flip";
      return made;
    });
    const bool costs = &fence == last_false && cost.could_start < cost.start;
    add(row, fence.needed, Where::flip, costs ? &cost : nullptr, "flip");
  }
}

const std::string* OversyncTracker::intern(const std::string& name) {
  return &*names_.insert(name).first;
}

}  // namespace fencelab::analysis
