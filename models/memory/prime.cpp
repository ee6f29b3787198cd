#include "models/memory/prime.hpp"

#include "models/machine.hpp"
#include "models/sync/drm_exec.hpp"

namespace fencelab::models {

namespace {

core::Task<> wait_for_kernel_fences(Buffer& buffer) {
  std::vector<core::FencePtr> fences;
  buffer.resv().for_each(Usage::kernel,
                         [&](const DmaResv::Entry& entry) { fences.push_back(entry.fence); });
  for (std::size_t i = 0; i < fences.size(); ++i) co_await fences[i]->wait(core::WaitReason::fence);
}

}  // namespace

core::Task<Placement> import_buffer(Machine& machine, Buffer& buffer, PrimeImport how,
                                    Client* client) {
  core::Simulation& simulation = machine.simulation();
  DrmExec exec(simulation, DrmExec::Flags{});
  const bool in_the_way = !how.peer_to_peer && buffer.home() && buffer.home() != how.importer;
  Placement placed = Placement::ok;
  while (exec.until_all_locked()) {
    co_await exec.lock(buffer.resv());
    if (exec.is_contended()) continue;
    placed = Placement::ok;
    if (in_the_way) {
      AllocRequest request{AllocRequest::Context::ioctl, client, &exec.ticket()};
      request.exec = &exec;
      placed = co_await machine.memory().keep_in_system(buffer, request);
    }
    if (placed == Placement::ok && how.is_static) {
      buffer.placement.write();
      buffer.pinned = true;
      co_await wait_for_kernel_fences(buffer);
    }
  }
  exec.unlock_all();
  co_return placed;
}

}  // namespace fencelab::models
