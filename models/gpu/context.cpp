#include "models/gpu/context.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/client.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

GpuContext::GpuContext(Client& client, Gpu& gpu, Spec spec)
    : client_(client),
      gpu_(gpu),
      spec_(std::move(spec)),
      cell_(gpu.machine().simulation()),
      queues_cell_(gpu.machine().simulation()) {
  FENCELAB_ASSERT(!spec_.engines.empty(), "context {} has no engine", spec_.name);
  if (spec_.priority != 0) gpu.machine().tell_priorities_apart();
}

GpuContext::~GpuContext() = default;

std::vector<Engine*> GpuContext::candidates(const Job& job) const {
  if (job.wanted_engine) return {job.wanted_engine};
  if (!spec_.balanced) return {spec_.engines.front()};
  if (job.bond_master && job.bond_master->engine)
    for (const Bond& bond : spec_.bonds)
      if (bond.master == job.bond_master->engine) return bond.engines;
  return spec_.engines;
}

Engine& GpuContext::choose_engine(const Job& job) const {
  const auto engines = candidates(job);
  if (engines.size() == 1) return *engines.front();
  return **std::min_element(engines.begin(), engines.end(),
                            [](const Engine* a, const Engine* b) { return a->load() < b->load(); });
}

void GpuContext::set_priority(int priority) {
  cell_.write();
  spec_.priority = priority;
  gpu_.machine().tell_priorities_apart();
  for (Engine* engine : spec_.engines) engine->rerank();
}

KernelQueue& GpuContext::kernel_queue(Engine& engine) {
  Engine* const key = spec_.balanced ? nullptr : &engine;
  queues_cell_.read();
  for (auto& [queue_engine, queue] : kernel_queues_)
    if (queue_engine == key) return *queue;
  queues_cell_.write();
  const std::string name =
      client_.name() + "/" + spec_.name + (key ? "@" + engine.name() : "@" + gpu_.name());
  kernel_queues_.emplace_back(key, std::make_unique<KernelQueue>(*this, name));
  return *kernel_queues_.back().second;
}

KernelQueue* GpuContext::existing_kernel_queue(const Engine& engine) const {
  queues_cell_.read();
  for (const auto& [queue_engine, queue] : kernel_queues_)
    if (queue_engine == &engine || (queue_engine == nullptr && &engine == spec_.engines.front()))
      return queue.get();
  return nullptr;
}

void GpuContext::unplug() {
  queues_cell_.read();
  for (const auto& [engine, queue] : kernel_queues_) {
    queue->kill();
    const std::deque<JobPtr> in_ring = queue->ring().jobs();
    for (const JobPtr& job : in_ring) job->kill(core::fence_error::kCanceled);
  }
  if (!user_queue_) return;
  const std::deque<JobPtr> in_ring = user_queue_->ring().jobs();
  for (const JobPtr& job : in_ring) give_up(*job);
}

// A kernel with a record of who must write what writes it.
void GpuContext::give_up(Job& job) const {
  if (gpu_.policies().hang->command_timeout())
    job.kill(core::fence_error::kCanceled);
  else
    job.lose(core::fence_error::kCanceled);
}

UserQueue& GpuContext::user_queue() {
  queues_cell_.read();
  if (!user_queue_) {
    queues_cell_.write();
    user_queue_ = std::make_unique<UserQueue>(*this, client_.name() + "/" + spec_.name);
  }
  return *user_queue_;
}

}  // namespace fencelab::models
