#include "models/userptr/late_pages.hpp"

#include <algorithm>

#include "core/order_events.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

LatePages::LatePages(core::Simulation& simulation, Client& client, Gpu& gpu)
    : simulation_(simulation),
      client_(client),
      gpu_(gpu),
      class_(gpu.order_class(core::OrderKind::fence, "pages of userptr")),
      context_(core::new_fence_context(simulation)) {}

LatePages::~LatePages() {
  for (const Work& work : pending_) work.fence->set_producer(nullptr);
}

void LatePages::begin(const JobPtr& job, std::unique_ptr<UserRanges> ranges) {
  const auto fence = core::make_intrusive<core::DmaFence>(simulation_, this, context_, ++seqno_);
  job->dependencies.push_back({{fence}, DependencyRule::userptr, nullptr});
  pending_.push_back({fence, job->name()});
  core::Process& worker =
      simulation_.spawn({"pages for " + job->name(), core::ProcessRole::kernel_worker, true},
                        get(job, std::move(ranges), fence));
  worker.doing = "get pages of userptr";
  pending_.back().worker = &worker;
}

core::Task<> LatePages::get(JobPtr job, std::unique_ptr<UserRanges> ranges, core::FencePtr fence) {
  int error = 0;
  {
    const core::OrderScope section(simulation_, core::ScopeKind::signalling, class_);
    core::RetryLoop tries(simulation_);
    for (bool again = true; again;) {
      tries.again();
      error = co_await ranges->get();
      if (error != 0) break;
      co_await ranges->lock();
      again = ranges->changed();
      ranges->unlock();
      if (again) ranges->note_retry();
    }
    if (error != 0) job->refusal = error;
    std::erase_if(pending_, [&](const Work& work) { return work.fence == fence; });
    fence->set_producer(nullptr);
    fence->signal();
  }
}

const LatePages::Work* LatePages::find(const core::DmaFence& fence) const {
  const auto found = std::find_if(pending_.begin(), pending_.end(),
                                  [&](const Work& work) { return work.fence.get() == &fence; });
  return found == pending_.end() ? nullptr : &*found;
}

core::GateIndex LatePages::describe_release(core::WaitGraphBuilder& builder,
                                            const core::DmaFence& fence) const {
  const Work* const work = find(fence);
  return work ? builder.process(work->worker, describe(fence), fence.id()) : core::kNoIndex;
}

std::string LatePages::describe(const core::DmaFence& fence) const {
  const Work* const work = find(fence);
  return "pages of " + client_.name() + "@" + gpu_.name() + " for " + (work ? work->job : "a job");
}

}  // namespace fencelab::models
