#include "policies/sync/tracked.hpp"

#include "models/client.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/memory/buffer.hpp"
#include "policies/sync/reservation.hpp"

namespace fencelab::policies {

using models::AccessTracker;
using models::DependencyRule;
using models::DmaResv;
using models::Usage;

namespace {

/// Work of one ring is in order by itself; the ring's number tells rings apart.
std::uint64_t ring_of(const models::Job& job) {
  if (job.entity) return job.entity->ring().number();
  const models::UserQueue* queue = job.context->existing_user_queue();
  return queue ? const_cast<models::UserQueue*>(queue)->ring().number() : 0;
}

/// KERNEL fences (moves, clears) can never be skipped (R1).
void add_kernel_fences(models::Job& job) {
  for (const models::Access& access : job.accesses)
    access.buffer->resv_on(job.context->gpu())
        .for_each(Usage::kernel, [&](const DmaResv::Entry& entry) {
          job.depend_on({entry.fence}, DependencyRule::resv_kernel, access.buffer);
        });
}

models::HandOver writes_of(std::vector<AccessTracker::Entry> entries) {
  std::erase_if(entries, [](const AccessTracker::Entry& entry) { return !entry.write; });
  return entries;
}

}  // namespace

void ExplicitSync::add_dependencies(models::Job& job) {
  add_kernel_fences(job);
  for (const models::Access& access : job.known())
    job.client->tracker().conflicts(access, ring_of(job), [&](const AccessTracker::Entry& entry) {
      job.depend_on(entry.point, DependencyRule::tracked, access.buffer);
    });
}

void ExplicitSync::submitted(models::Job& job) {
  for (const models::Access& access : job.known())
    job.client->tracker().record(access, ring_of(job), job.completion);
}

models::HandOver ExplicitSync::hand_over(models::Client& client, models::Buffer& buffer) {
  return client.tracker().unfinished(buffer);
}

core::Task<> ExplicitSync::accept(models::Client& client, models::Gpu&, models::Buffer& buffer,
                                  models::HandOver with) {
  // A sender that relies on implicit sync hands nothing over: export its fences from the buffer.
  if (with.empty())
    adopt(client, buffer);
  else
    client.tracker().adopt(buffer, with);
  co_return;
}

models::HandOver ExplicitSync::flip_fences(models::Client& client, models::Buffer& buffer) {
  return writes_of(client.tracker().unfinished(buffer));
}

void OracleSync::add_dependencies(models::Job& job) {
  add_kernel_fences(job);
  for (const models::Access& access : job.accesses)
    run_.truth.conflicts(access, ring_of(job), [&](const AccessTracker::Entry& entry) {
      job.depend_on(entry.point, DependencyRule::oracle, access.buffer);
    });
}

// Others may have been recorded since it looked, before the ioctl: what a kernel queue will run is
// looked at again in the instant in which it is recorded itself.
void OracleSync::submitted(models::Job& job) {
  if (job.entity) add_dependencies(job);
  for (const models::Access& access : job.accesses)
    run_.truth.record(access, ring_of(job), job.completion);
}

models::HandOver OracleSync::flip_fences(models::Client&, models::Buffer& buffer) {
  return writes_of(run_.truth.unfinished(buffer));
}

}  // namespace fencelab::policies
