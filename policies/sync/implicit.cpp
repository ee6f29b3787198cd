#include "policies/sync/implicit.hpp"

#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::policies {

using models::DependencyRule;
using models::DmaResv;
using models::Job;
using models::Usage;

namespace {

constexpr DependencyRule rule_for(Usage usage) {
  switch (usage) {
    case Usage::kernel: return DependencyRule::resv_kernel;
    case Usage::write: return DependencyRule::resv_write;
    default: return DependencyRule::resv_read;
  }
}

/// A fence of the queue the job goes to costs nothing: the queue is in order (drm_sched drops it).
bool same_queue(const Job& job, const core::DmaFence& fence) {
  const auto* producer = dynamic_cast<const Job*>(fence.producer());
  return producer && producer->entity && producer->entity == job.entity;
}

}  // namespace

void ImplicitSync::add_dependencies(Job& job) {
  for (const models::Access& access : job.declared())
    access.buffer->resv().for_each(
        models::usage_rw(access.write), [&](const DmaResv::Entry& entry) {
          if (!same_queue(job, *entry.fence))
            job.depend_on({entry.fence}, rule_for(entry.usage), access.buffer);
        });
}

core::Task<> ImplicitSync::accept(models::Client& client, models::Gpu&, models::Buffer& buffer,
                                  models::HandOver with) {
  for (std::size_t i = 0; i < with.size(); ++i) {
    const models::SyncPoint point = with[i].point;
    if (point.done()) continue;
    // What the other side tells us through a sync_file is imported, so that the kernel sees it; a
    // user fence cannot be: user space waits for it here.
    if (point.fence) {
      buffer.resv().add(point.fence, with[i].write ? Usage::write : Usage::read);
      continue;
    }
    const auto waited = models::dependency_on(point, DependencyRule::tracked, &buffer);
    co_await models::wait_on_cpu(simulation_, waited, nullptr, client);
  }
}

models::HandOver ImplicitSync::flip_fences(models::Client&, models::Buffer& buffer) {
  models::HandOver fences;
  buffer.resv().for_each(Usage::write, [&](const DmaResv::Entry& entry) {
    fences.push_back({0, buffer.bytes(), true, 0, {entry.fence}});
  });
  return fences;
}

// Order of the rules as in amdgpu_sync_resv: foreign fences always, own ones never (NE_OWNER).
void AmdgpuImplicitSync::add_dependencies(Job& job) {
  for (const models::Access& access : job.declared())
    access.buffer->resv().for_each(Usage::read, [&](const DmaResv::Entry& entry) {
      const auto* producer = dynamic_cast<const Job*>(entry.fence->producer());
      const bool same_owner = producer && producer->client == job.client && producer->context &&
                              &producer->context->gpu() == &job.context->gpu();
      if (!same_owner) job.depend_on({entry.fence}, rule_for(entry.usage), access.buffer);
    });
}

}  // namespace fencelab::policies
