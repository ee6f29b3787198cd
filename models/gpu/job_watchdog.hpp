// How long a job may be on an engine before somebody resets it.
#pragma once

#include <optional>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"

namespace fencelab::models {

/// Jobs of long-running contexts have no limit (drivers/gpu/drm/xe/xe_guc_submit.c: no timeout for
/// LR queues; Documentation/gpu/drm-compute.rst).
inline std::optional<core::Duration> time_limit_of(const Job& job) {
  if (job.context->long_running()) return std::nullopt;
  if (job.engine && job.engine->spec().worker) return std::nullopt;  // a function cannot be reset
  return job.context->gpu().policies().hang->job_timeout(job);
}

}  // namespace fencelab::models
