#include "policies/sync/userq.hpp"

#include "models/gpu/context.hpp"
#include "models/memory/buffer.hpp"
#include "models/sync/amdgpu_userq.hpp"
#include "policies/sync/control.hpp"
#include "policies/sync/reservation.hpp"

namespace fencelab::policies {

using models::DmaResv;
using models::Usage;

// The ioctl answers with an address and a value for a fence of a user queue, which the ring polls;
// others are waited for on the CPU (UserSubmission).
void AmdgpuUserqSync::add_dependencies(models::Job& job) {
  ExplicitSync::add_dependencies(job);
  for (const models::Access& access : job.declared()) {
    const DmaResv& resv = access.buffer->resv_on(job.context->gpu());
    resv.for_each(*query_for(access, false), [&](const DmaResv::Entry& entry) {
      auto* producer = dynamic_cast<models::Job*>(entry.fence->producer());
      if (!producer || !producer->published_completion().is_value())
        return wait_for(job, entry, *access.buffer);
      if (producer->context != job.context)
        job.depend_on(producer->published_completion(), rule_for(entry.usage), access.buffer);
    });
  }
}

std::optional<Usage> AmdgpuUserqSync::query_for(const models::Access& access, bool marked) const {
  if (marked) return std::nullopt;
  return models::userq_wait_query(access.write, inverted_);
}

Usage AmdgpuUserqSync::publish_as(const models::Access& access) const { return class_of(access); }

core::Task<> AmdgpuUserqSync::accept(models::Client& client, models::Gpu&, models::Buffer& buffer,
                                     models::HandOver with) {
  return put_in(simulation_, client, buffer, std::move(with));
}

models::HandOver AmdgpuUserqSync::flip_fences(models::Client&, models::Buffer& buffer) {
  return taken_out(buffer, Usage::write);
}

}  // namespace fencelab::policies
