// FullRecord: what follows from all that was kept.
#include <algorithm>

#include "models/memory/buffer.hpp"
#include "tests/campaign/oracles/full_record.hpp"

namespace fencelab::tests {

using core::Time;

// ---------------------------------------------------------------- over-synchronisation

bool FullRecord::conflict(const JobRecord& a, const JobRecord& b) {
  for (const models::Access& x : a.accesses)
    for (const models::Access& y : b.accesses)
      if (x.buffer == y.buffer && (x.write || y.write) &&
          std::max(x.begin, y.begin) < std::min(x.end, y.end))
        return true;
  return false;
}

bool FullRecord::needed(const JobRecord& consumer, const Asked& dependency) const {
  using Rule = models::DependencyRule;
  if (dependency.rule == Rule::program || dependency.rule == Rule::resv_kernel ||
      dependency.rule == Rule::bind)
    return true;
  return dependency.producer != 0 && conflict(jobs_.at(dependency.producer), consumer);
}

/// While it changes from a job that it took away to another one it is not idle, either.
bool FullRecord::idle(std::uint32_t engine, Time at, const JobRecord& but) const {
  for (const auto& [id, other] : jobs_) {
    if (id == but.id || other.engine != engine) continue;
    for (const auto& [from, to] : other.slices)
      if (from <= at && at < to) return false;
  }
  const auto switches = switches_.find(engine);
  if (switches == switches_.end()) return true;
  for (const auto& [from, to] : switches->second)
    if (from <= at && at < to) return false;
  return true;
}

Time FullRecord::could_go_on(const ThreadWait& wait) const {
  Time could = wait.since;
  for (const Asked& other : wait.others)
    if (needed(wait.consumer, other)) could = std::max(could, std::min(other.done, wait.until));
  return could;
}

Time FullRecord::could_start(const JobRecord& job) const {
  bool any_false = false;
  Time ready = job.head;
  for (const auto& [id, other] : jobs_) {
    const bool in_ring = other.queue == job.queue && other.submitted < job.submitted;
    if (in_ring || (other.submitted < job.submitted && conflict(other, job)))
      ready = std::max(ready, other.done);
  }
  for (const Asked& dependency : job.dependencies)
    if (needed(job, dependency))
      ready = std::max(ready, dependency.done);
    else
      any_false = true;
  for (const Signal& signal : job.ring_waits) ready = std::max(ready, signal.at);
  if (!any_false || ready >= job.begun) return job.begun;
  // The engine is idle from some end on, or from the beginning.
  std::vector<Time> instants{ready};
  for (const auto& [id, other] : jobs_)
    for (const auto& [from, to] : other.slices)
      if (to > ready && to < job.begun) instants.push_back(to);
  const auto switches = switches_.find(job.engine);
  if (switches != switches_.end())
    for (const auto& [from, to] : switches->second)
      if (to > ready && to < job.begun) instants.push_back(to);
  std::sort(instants.begin(), instants.end());
  for (const Time at : instants)
    if (idle(job.engine, at, job)) return at;
  return job.begun;
}

// ---------------------------------------------------------------- races

std::vector<char> FullRecord::reachable_from(int from) const {
  std::vector<char> seen(after_.size());
  std::vector<int> todo{from};
  while (!todo.empty()) {
    const int at = todo.back();
    todo.pop_back();
    if (std::exchange(seen[static_cast<std::size_t>(at)], 1)) continue;
    for (const int next : after_[static_cast<std::size_t>(at)]) todo.push_back(next);
  }
  return seen;
}

std::set<std::tuple<std::uint64_t, std::uint64_t>> FullRecord::races() const {
  std::map<std::uint64_t, std::vector<char>> before;  // what is after the end of a job
  const std::vector<const JobRecord*> everybody = all();
  for (const JobRecord* job : everybody) before[job->id] = reachable_from(job->end_node);
  const auto ordered = [&](const JobRecord& first, const JobRecord& second) {
    return before[first.id][static_cast<std::size_t>(second.start_node)] != 0;
  };
  std::set<std::tuple<std::uint64_t, std::uint64_t>> found;
  for (const JobRecord* each : everybody)
    for (const models::Access& access : each->accesses) {
      const JobRecord& job = *each;
      std::map<std::pair<std::uint32_t, bool>, const JobRecord*> newest;
      for (const JobRecord* second : everybody) {
        const JobRecord& other = *second;
        if (other.queue == job.queue || other.finished >= job.finished) continue;
        for (const models::Access& theirs : other.accesses) {
          if (theirs.buffer != access.buffer || !(theirs.write || access.write) ||
              std::max(theirs.begin, access.begin) >= std::min(theirs.end, access.end))
            continue;
          const JobRecord*& known = newest[{other.queue, theirs.write}];
          if (!known || known->finished < other.finished) known = &other;
        }
      }
      for (const auto& [where, other] : newest)
        if (!ordered(*other, job) && !ordered(job, *other)) found.emplace(other->id, job.id);
    }
  return found;
}

}  // namespace fencelab::tests
