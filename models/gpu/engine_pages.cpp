// Engine: jobs that touch managed pages, and what happens while they wait for some.
#include <algorithm>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/svm/fault_service.hpp"
#include "models/svm/page_walk.hpp"

namespace fencelab::models {

using core::Duration;

Duration Engine::time_for(Duration work) const {
  if (units_ == 100) return work;
  return (work * 100 + Duration(units_ - 1)) / units_;
}

void Engine::set_units(unsigned percent) {
  cell_.write();
  if (current_) charge();
  units_ = percent;
  bell_.ring();
}

// Waves that wait for a page stay on their units, unless the hardware can save them meanwhile.
bool Engine::keeps_stalled(const Job&) const {
  const FaultService* const faults = gpu_.faults();
  return !faults || faults->rules().isolation != FaultIsolation::preempt_on_fault;
}

const Job* Engine::stalled_job() const {
  cell_.read();
  const Job* const job = current_ ? current_->known_head() : nullptr;
  return job && job->stalled && awaits_values(*job) ? job : nullptr;
}

bool Engine::gets_on() const {
  const Job* const job = current_ ? current_->known_head() : nullptr;
  const bool ends = job && !job->infinite && !job->hung;
  return ends && job->semaphore_open_at <= simulation_.now() && !stalled_job();
}

bool Engine::has_other_work(const HwQueue& running) {
  return std::any_of(ready_.begin(), ready_.end(), [&](const HwQueue* queue) {
    return queue != &running && runnable(*queue) && !spinning(*queue->known_head());
  });
}

// The windows that are due. One whose pages are not all there is a fault: the job waits like one
// with a semaphore in its ring, and goes on when the pages have been bound. What was bound for it
// it has used by then, even if others have taken it since: else two jobs could starve each other.
void Engine::touch_pages() {
  if (stopped_ || !current_) return;
  Job& job = *current_->known_head();
  if (!job.walk || spinning(job)) return;
  if (job.stalled) {
    cell_.write();
    job.stalled = false;
    job.account.enter(LatencyAccount::kRunning, simulation_.now());
    set_bar();
  }
  PageWalk& walk = *job.walk;
  while (!walk.over() && walk.next_at() <= executed_ && !job.stalled) report_fault(job);
}

void Engine::report_fault(Job& job) {
  PageWalk& walk = *job.walk;
  FaultService& faults = *gpu_.faults();
  std::vector<FaultedRun> missing;
  std::vector<std::uint32_t> remote;
  for (const PageWalk::Touch& touch : walk.touches()) {
    std::vector<PageRun> runs;
    remote.push_back(touch.range->look(touch.run, runs));
    for (const PageRun& run : runs) missing.push_back({touch.range, run});
  }
  if (!missing.empty() && !walk.asked) {
    walk.asked = true;
    job.ring_waits.push_back({&faults.served(), faults.report(job, std::move(missing))});
    job.semaphore_open_at = core::kNever;
    cell_.write();
    job.stalled = true;
    job.account.enter(core::WaitReason::memory, simulation_.now());
    set_bar();
    return;
  }
  Duration extra{};
  for (std::size_t i = 0; i < remote.size(); ++i) {
    faults.note_use(*walk.touches()[i].range, walk.touches()[i].run, remote[i]);
    if (!walk.touches()[i].range->in_place())
      extra += faults.rules().remote_access * static_cast<std::int64_t>(remote[i]);
  }
  walk.pass();
  walk.over_the_link += extra;
  job.remaining += extra;
  job.duration += extra;
}

}  // namespace fencelab::models
