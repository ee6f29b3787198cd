// HazardTracker: memory that is not there.
#include <fmt/format.h>

#include "analysis/hazards/hazard_tracker.hpp"
#include "models/client.hpp"
#include "models/gpu/gpu.hpp"
#include "models/machine.hpp"
#include "models/memory/buffer.hpp"
#include "models/svm/managed_range.hpp"
#include "models/vm/gpu_vm.hpp"

namespace fencelab::analysis {

using models::Job;

namespace {

std::string running_process(const models::Buffer& buffer) {
  auto& resv = const_cast<models::Buffer&>(buffer).resv();
  const core::Process* current = resv.lock().simulation().current();
  return current ? current->spec.name : std::string("a timer");
}

}  // namespace

void HazardTracker::absent(const JobMark& who, const models::Access& access, const char* how,
                           const std::string& missing) {
  log_.add({HazardKind::absence, who.label, how, access.buffer}, [&] {
    return HazardClass{.kind = HazardKind::absence,
                       .signature = fmt::format("{} on {}, {}", who.operation(),
                                                without_number(access.buffer->name()), how),
                       .text = fmt::format("{} ({}) runs while {} is {}: {}", who.name(),
                                           bytes_of(access), access.buffer->name(), how, missing),
                       .members = {who.name()},
                       .place = who.place};
  });
}

void HazardTracker::look_for_absences(const Job& job) {
  const models::GpuVm* const vm = job.client->existing_gpu_vm(job.context->gpu());
  for (const models::Access& access : job.accesses) {
    const models::Buffer& buffer = *access.buffer;
    const bool faults = models::is_paged_on(buffer, job.context->gpu());
    if (faults && buffer.exists) continue;  // and comes
    const bool unbound = vm && vm->managed(buffer) && !vm->bound(buffer, access.begin, access.end);
    const bool evicted = buffer.pool && !job.context->gpu().machine().memory().is_reachable(buffer);
    const bool replaced =
        buffer.user_pages() && !buffer.user_pages()->same_for({job.client, &job.context->gpu()});
    if (buffer.exists && buffer.pool && !evicted && !unbound && !replaced) continue;
    const auto freer = freed_by_.find(buffer.index());
    const JobMark mark = mark_of(job, {}, 0);
    if (!buffer.exists && freer != freed_by_.end())
      absent(mark, access, "freed",
             fmt::format("{} freed it, and nothing made that wait for the job", freer->second));
    else if (!buffer.exists)
      absent(mark, access, "freed", "nothing made the job wait for the allocation");
    else if (replaced)
      absent(mark, access, "replaced",
             "its process has other pages there now, and the device was not told or has pinned the "
             "old ones");
    else if (unbound)
      absent(mark, access, "not bound", "nothing made the job wait for a bind");
    else
      absent(mark, access, evicted ? "evicted" : "not in memory",
             "nothing made the job wait until the memory is back");
  }
}

void HazardTracker::on_gone(const models::Buffer& buffer, const char* how) {
  const bool is_free = how == std::string_view("freed");
  const std::string who = running_process(buffer);
  if (is_free) freed_by_[buffer.index()] = who;
  const std::string missing = fmt::format("{} did that, and nothing made it wait for the end", who);
  for (const Job* job : jobs_on(buffer)) {
    if (job->state != models::JobState::running) continue;
    // What is evicted under a job that can fault it finds again.
    if (!is_free && models::is_paged_on(buffer, job->context->gpu())) continue;
    for (const models::Access& access : job->accesses) {
      if (access.buffer != &buffer) continue;
      absent(mark_of(*job, {}, 0), access, how, missing);
      break;
    }
  }
  if (!is_free) return;  // a thread that touches memory that has moved has it mapped anew
  for (const auto& [process, open] : open_)
    for (const models::Access& access : open.access.accesses)
      if (access.buffer == &buffer) {
        absent(open.mark, access, how, missing);
        break;
      }
}

}  // namespace fencelab::analysis
