// Urgency: who needs a job done, and whether its queue goes by that (priority inheritance).
#pragma once

#include "models/gpu/job.hpp"

namespace fencelab::models {

/// How urgent `job` is: its own priority, or the highest of what waits for it.
int urgency_of(const Job& job);
/// Whose that is.
Client* urgent_for(const Job& job);
/// The priority that the queues go by: its own, or what it inherited.
int effective_priority(const Job& job);

/// `job` was queued: whatever must be done before it is as urgent as it is, and inherits its
/// priority as far as the submission policy has it.
void spread_urgency(Job& job);

}  // namespace fencelab::models
