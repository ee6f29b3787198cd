#include "policies/sync/implicit.hpp"

#include "models/client.hpp"
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

void ImplicitSync::wait_for(Job& job, const DmaResv::Entry& entry, const models::Buffer& buffer) {
  if (!same_queue(job, *entry.fence)) job.depend_on({entry.fence}, rule_for(entry.usage), &buffer);
}

void ImplicitSync::add_dependencies(Job& job) {
  for (const models::Access& access : job.declared())
    access.buffer->resv().for_each(query_of(access), [&](const DmaResv::Entry& entry) {
      wait_for(job, entry, *access.buffer);
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

}  // namespace fencelab::policies
