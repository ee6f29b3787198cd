#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

#include "scenarios/ftrace/jobs.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

class Matcher {
 public:
  explicit Matcher(const Recording& recording) : recording_(recording) {
    sched_tells_ =
        std::any_of(recording.events.begin(), recording.events.end(), [&](const auto& e) {
          return e.kind == EventKind::job_began && driver_of(e) == Driver::drm_sched;
        });
  }

  Jobs match() {
    for (const Event& event : recording_.events) take(event);
    counts_.waits_unknown += open_waits_.size();
    for (Job& job : jobs_)
      if (job.ended_ns == kUntold && !job.runs.empty()) close(job, signaled_of(job));
    merge_requests();
    return finish();
  }

 private:
  std::optional<Driver> driver_of(const Event& event) const {
    if (event.ring == kNothing) return std::nullopt;
    return recording_.rings[event.ring].driver;
  }

  void take(const Event& event) {
    // Jobs of amdgpu go through the scheduler, whose events say more.
    if (sched_tells_ && driver_of(event) == Driver::amdgpu) {
      ++counts_.told_twice;
      return;
    }
    switch (event.kind) {
      case EventKind::job_queued: return queued(event);
      case EventKind::job_began: return began(event);
      case EventKind::job_left: return left(event);
      case EventKind::job_ended: return ended(event);
      case EventKind::fence_signaled: return signaled(event);
      case EventKind::job_depends: return depends(event);
      case EventKind::wait_began: return wait_began(event);
      case EventKind::wait_ended: return wait_ended(event);
      case EventKind::lost: return in_order_.clear();  // who is the oldest now is not known
      case EventKind::vblank:
      case EventKind::vblank_asked:
      case EventKind::vblank_told:
      case EventKind::task_ended: return;
    }
  }

  // "client_id of 0 or near U64_MAX": drivers/gpu/drm/scheduler/gpu_scheduler_trace.h.
  static bool is_kernel_client(std::uint64_t client) { return client == 0 || client >> 63 != 0; }

  std::uint32_t add(const Event& event) {
    const auto index = static_cast<std::uint32_t>(jobs_.size());
    Job& job = jobs_.emplace_back();
    job.ring = event.ring;
    job.entity = event.entity;
    job.key = event.key;
    job.line = event.line;
    job.of_kernel = event.key.kind == JobKey::Kind::fence &&
                    driver_of(event) == Driver::drm_sched && is_kernel_client(event.number);
    known_[event.key] = index;
    if (event.key.kind == JobKey::Kind::pointer) numbered_[{event.ring, event.number}] = index;
    return index;
  }

  Job* find(const JobKey& key) {
    const auto known = known_.find(key);
    return known == known_.end() ? nullptr : &jobs_[known->second];
  }

  void queued(const Event& event) {
    const std::uint32_t index = add(event);
    Job& job = jobs_[index];
    job.task = event.task;
    job.queued_ns = event.ns;
    if (driver_of(event) != Driver::virtio_gpu) return;
    job.runs.push_back({event.ns});  // the queue is the hardware's
    job.entity = event.task;
    if (event.key.kind == JobKey::Kind::order) in_order_[event.key.a].push_back(index);
  }

  void began(const Event& event) {
    Job* job = find(event.key);
    // An address may stand for a newer fence.
    const bool other = job && event.key.kind == JobKey::Kind::pointer &&
                       (job->ring != event.ring || !job->runs.empty());
    if (!job || other || job->ended_ns != kUntold) job = &jobs_[add(event)];
    if (job->runs.empty() || job->runs.back().to != kUntold) job->runs.push_back({event.ns});
  }

  void left(const Event& event) {
    Job* const job = find(event.key);
    if (!job || job->runs.empty() || job->runs.back().to != kUntold) return;
    job->runs.back().to = event.ns;
    ++counts_.preemptions;
  }

  void ended(const Event& event) {
    Job* job = nullptr;
    if (event.key.kind == JobKey::Kind::order) {
      std::deque<std::uint32_t>& queue = in_order_[event.key.a];
      if (!queue.empty()) {
        job = &jobs_[queue.front()];
        queue.pop_front();
      }
    } else {
      job = find(event.key);
    }
    if (!job || job->runs.empty())
      ++counts_.ends_without_begin;
    else if (job->ended_ns == kUntold)
      close(*job, event.ns);
  }

  static void close(Job& job, std::int64_t ns) {
    if (ns == kUntold) return;
    if (job.runs.back().to == kUntold) job.runs.back().to = ns;
    job.ended_ns = ns;
  }

  void signaled(const Event& event) {
    if (const auto known = known_.find(event.key); known != known_.end())
      signaled_.emplace(known->second, event.ns);
  }

  std::int64_t signaled_of(const Job& job) const {
    const auto known = signaled_.find(static_cast<std::uint32_t>(&job - jobs_.data()));
    const bool usable = known != signaled_.end() && known->second >= job.runs.back().from;
    return usable ? known->second : kUntold;
  }

  void depends(const Event& event) {
    Job* job = nullptr;
    if (event.key.kind == JobKey::Kind::none) {
      const auto numbered = numbered_.find({event.ring, event.number});
      if (numbered != numbered_.end()) job = &jobs_[numbered->second];
    } else {
      job = find(event.key);
    }
    const auto other = known_.find(event.other);
    if (!job || other == known_.end()) {
      ++counts_.dependencies_unknown;
      return;
    }
    auto& list = job->depends;
    if (&jobs_[other->second] != job &&
        std::find(list.begin(), list.end(), other->second) == list.end())
      list.push_back(other->second);
  }

  void wait_began(const Event& event) {
    const auto known = known_.find(event.key);
    if (known == known_.end()) {
      ++counts_.waits_unknown;
      return;
    }
    open_waits_[event.task] = {event.task, known->second, event.ns, event.ns};
  }

  void wait_ended(const Event& event) {
    const auto open = open_waits_.find(event.task);
    if (open == open_waits_.end()) return;
    open->second.ended_ns = event.ns;
    waits_.push_back(open->second);
    open_waits_.erase(open);
  }

  // Requests of one context that stand behind each other in the hardware's queue are one to it:
  // i915 records the end of the last one only (execlists_dequeue() in i915). If nothing of others
  // began and ended between, they were at work from the first begin to that end.
  void merge_requests() {
    std::map<std::uint32_t, std::vector<std::uint32_t>> of_ring;
    for (std::uint32_t i = 0; i < jobs_.size(); ++i)
      if (!jobs_[i].runs.empty() && recording_.rings[jobs_[i].ring].driver == Driver::i915)
        of_ring[jobs_[i].ring].push_back(i);
    for (auto& [ring, jobs] : of_ring) {
      std::stable_sort(jobs.begin(), jobs.end(), [this](std::uint32_t a, std::uint32_t b) {
        return jobs_[a].began_ns() < jobs_[b].began_ns();
      });
      std::map<std::uint64_t, std::vector<std::uint32_t>> open;  // by context
      for (const std::uint32_t index : jobs) {
        Job& job = jobs_[index];
        auto& before = open[job.entity];
        if (job.ended_ns == kUntold) {
          before.push_back(index);
          continue;
        }
        for (const std::uint32_t part : before) absorb(part, index);
        before.clear();
        // What began before this one did, and has no end yet, was not at work all the time.
        for (auto& [context, others] : open)
          if (context != job.entity)
            std::erase_if(others, [&](std::uint32_t other) {
              return jobs_[other].began_ns() < job.began_ns();
            });
      }
    }
  }

  void absorb(std::uint32_t part, std::uint32_t whole) {
    Job& from = jobs_[part];
    Job& into = jobs_[whole];
    from.runs.back().to = std::max(from.runs.back().from, into.began_ns());
    into.runs.insert(into.runs.begin(), from.runs.begin(), from.runs.end());
    if (from.queued_ns != kUntold)
      into.queued_ns =
          into.queued_ns == kUntold ? from.queued_ns : std::min(into.queued_ns, from.queued_ns);
    if (into.task == kNothing) into.task = from.task;
    into.line = std::min(into.line, from.line);
    into.depends.insert(into.depends.end(), from.depends.begin(), from.depends.end());
    into.merged += from.merged + 1;
    ++counts_.merged;
    from.runs.clear();
    from.ended_ns = kUntold;
    part_of_[part] = whole;
  }

  // Only jobs with begin and end stay, and what refers to them.
  Jobs finish() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
      if (jobs_[i].ended_ns != kUntold)
        order.push_back(i);
      else if (!part_of_.contains(i))
        ++(jobs_[i].runs.empty() ? counts_.without_begin : counts_.without_end);
    }
    std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
      return jobs_[a].began_ns() < jobs_[b].began_ns();
    });
    std::vector<std::uint32_t> place(jobs_.size(), kNothing);
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    for (const auto& [part, whole] : part_of_) place[part] = place[whole];
    Jobs result;
    for (const std::uint32_t index : order) {
      Job& job = result.jobs.emplace_back(std::move(jobs_[index]));
      for (std::uint32_t& other : job.depends) other = place[other];
      counts_.dependencies_unknown +=
          static_cast<std::uint64_t>(std::count(job.depends.begin(), job.depends.end(), kNothing));
      const auto own = static_cast<std::uint32_t>(result.jobs.size() - 1);
      std::erase_if(job.depends, [&](auto other) { return other == kNothing || other == own; });
      if (job.queued_ns == kUntold) ++counts_.without_submission;
    }
    for (CpuWait& wait : waits_) {
      wait.job = place[wait.job];
      if (wait.job == kNothing || result.jobs[wait.job].ended_ns > wait.ended_ns)
        ++counts_.waits_unknown;
      else
        result.waits.push_back(wait);
    }
    result.counts = counts_;
    return result;
  }

  const Recording& recording_;
  bool sched_tells_ = false;
  std::vector<Job> jobs_;
  std::vector<CpuWait> waits_;
  MatchCounts counts_;
  std::unordered_map<JobKey, std::uint32_t, JobKeyHash> known_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> numbered_;
  std::map<std::uint64_t, std::deque<std::uint32_t>> in_order_;
  std::unordered_map<std::uint32_t, std::int64_t> signaled_;  // by job
  std::map<std::uint32_t, CpuWait> open_waits_;               // by task
  std::unordered_map<std::uint32_t, std::uint32_t> part_of_;
};

}  // namespace

Jobs match_jobs(const Recording& recording) { return Matcher(recording).match(); }

}  // namespace fencelab::scenarios::ftrace
