#include "analysis/trace/fence_names.hpp"

#include "models/display/display.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/gpu/job.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"

namespace fencelab::analysis {

namespace {

// The scheduler of the engine that the job is for, if that is known yet.
FenceNames names_of_job(const models::Job& job) {
  const models::GpuContext& context = *job.context;
  if (job.queue && !job.entity) return {context.gpu().driver(), job.queue->name()};
  if (!job.entity) return {context.gpu().driver(), context.name()};
  if (job.engine) return {"drm_sched", job.engine->name()};
  if (job.wanted_engine) return {"drm_sched", job.wanted_engine->name()};
  if (context.balanced()) return {"drm_sched", job.entity->ring().name()};
  return {"drm_sched", context.engines().front()->name()};
}

}  // namespace

FenceNames names_of(const core::DmaFence& fence) {
  const core::FenceProducer* const producer = fence.producer();
  if (const auto* const job = dynamic_cast<const models::Job*>(producer)) return names_of_job(*job);
  if (const auto* const display = dynamic_cast<const models::Display*>(producer))
    return {"drm", display->name()};
  if (!producer) return {"container", "unbound"};
  const core::OrderClassId role = producer->order_class();
  if (!core::is_class(role)) return {"sw_sync", "sw_sync"};
  return {"kernel", fence.simulation().order_classes().at(role).name};
}

}  // namespace fencelab::analysis
