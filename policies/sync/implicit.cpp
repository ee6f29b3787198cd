#include "policies/sync/implicit.hpp"

#include "models/client.hpp"
#include "models/memory/buffer.hpp"
#include "policies/sync/reservation.hpp"

namespace fencelab::policies {

void ImplicitSync::add_dependencies(models::Job& job) {
  for (const models::Access& access : job.declared())
    wait_for_all(job, *access.buffer, query_of(access));
}

core::Task<> ImplicitSync::accept(models::Client& client, models::Gpu&, models::Buffer& buffer,
                                  models::HandOver with) {
  return put_in(simulation_, client, buffer, std::move(with));
}

models::HandOver ImplicitSync::flip_fences(models::Client&, models::Buffer& buffer) {
  return taken_out(buffer, models::Usage::write);
}

}  // namespace fencelab::policies
