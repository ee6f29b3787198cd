#include "models/memory/prime.hpp"

#include "models/machine.hpp"

namespace fencelab::models {

namespace {

/// Pause before a transaction that had to back off starts over, as in Reservations.
constexpr core::Duration kBackOff = std::chrono::microseconds(10);

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
  core::WwContext transaction{simulation.new_ticket()};
  const bool in_the_way = !how.peer_to_peer && buffer.home() && buffer.home() != how.importer;
  for (;;) {
    co_await buffer.resv().lock().lock(
        &transaction);  // the only lock: it is never told to back off
    Placement placed = Placement::ok;
    if (in_the_way)
      placed = co_await machine.memory().keep_in_system(
          buffer, {AllocRequest::Context::ioctl, client, &transaction});
    if (placed == Placement::ok && how.is_static) {
      buffer.placement.write();
      buffer.pinned = true;
      co_await wait_for_kernel_fences(buffer);
    }
    buffer.resv().lock().unlock();
    if (placed != Placement::back_off) co_return placed;
    co_await core::sleep_for(simulation, kBackOff, core::WaitReason::ww_lock);
  }
}

}  // namespace fencelab::models
