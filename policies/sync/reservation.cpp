#include "policies/sync/reservation.hpp"

#include "models/client.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::policies {

using models::DmaResv;
using models::Usage;

namespace {

bool same_queue(const models::Job& job, const models::Job& producer) {
  if (!producer.entity || !job.entity)
    return !producer.entity && !job.entity && producer.context == job.context;
  return producer.entity == job.entity;
}

}  // namespace

void wait_for(models::Job& job, const DmaResv::Entry& entry, const models::Buffer& buffer) {
  const auto* producer = dynamic_cast<const models::Job*>(entry.fence->producer());
  if (producer && same_queue(job, *producer)) return;
  job.depend_on({entry.fence}, rule_for(entry.usage), &buffer);
}

void wait_for_all(models::Job& job, models::Buffer& buffer, Usage usage) {
  buffer.resv_on(job.context->gpu()).for_each(usage, [&](const DmaResv::Entry& entry) {
    wait_for(job, entry, buffer);
  });
}

models::HandOver taken_out(models::Buffer& buffer, Usage usage) {
  models::HandOver found;
  buffer.resv().for_each(usage, [&](const DmaResv::Entry& entry) {
    found.push_back({0, buffer.bytes(), entry.usage <= Usage::write, 0, {entry.fence}});
  });
  return found;
}

void adopt(models::Client& client, models::Buffer& buffer) {
  buffer.resv().note_taken_out(Usage::read, client.index());
  client.tracker().adopt(buffer, taken_out(buffer, Usage::read));
}

core::Task<> lock_alone(models::DrmExec& exec, models::Buffer& buffer) {
  DmaResv* const resv = &buffer.resv();
  while (exec.until_all_locked()) {
    const bool at_once = exec.lock_at_once({&resv, 1});
    if (!at_once) co_await exec.prepare(*resv, 1);
  }
}

// dma_buf_import_sync_file() in drivers/dma-buf/dma-buf.c adds each fence under the lock.
core::Task<> put_in(core::Simulation& simulation, models::Client& client, models::Buffer& buffer,
                    models::HandOver with) {
  for (std::size_t i = 0; i < with.size(); ++i) {
    const models::SyncPoint point = with[i].point;
    if (point.done()) continue;
    if (point.fence) {
      models::DrmExec exec(simulation, {});
      co_await lock_alone(exec, buffer);
      buffer.resv().add(point.fence, with[i].write ? Usage::write : Usage::read);
      exec.unlock_all();
      continue;
    }
    const auto waited = models::dependency_on(point, models::DependencyRule::tracked, &buffer);
    co_await models::wait_on_cpu(simulation, waited, nullptr, client);
  }
}

}  // namespace fencelab::policies
