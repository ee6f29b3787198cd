#include "models/memory/pending_moves.hpp"

#include <algorithm>

#include "core/uninterruptible.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

void PendingMoves::start(Buffer& buffer, Gpu& gpu) {
  core::Simulation& simulation = machine_.simulation();
  std::vector<core::FencePtr> users;
  buffer.resv().for_each(Usage::bookkeep,
                         [&](const DmaResv::Entry& entry) { users.push_back(entry.fence); });
  const std::uint64_t context = core::new_fence_context(simulation);
  const auto done = core::make_intrusive<core::DmaFence>(simulation, this, context, 1);
  const core::Process& worker =
      simulation.spawn({"move of " + buffer.name(), core::ProcessRole::kernel_worker},
                       carry_out(buffer, gpu, std::move(users), done));
  moves_.push_back({context, &worker, "move of " + buffer.name()});
  buffer.resv().add(done, Usage::kernel);
}

core::Task<> PendingMoves::carry_out(Buffer& buffer, Gpu& gpu, std::vector<core::FencePtr> users,
                                     core::FencePtr done) {
  const core::Uninterruptible as_workers_are(machine_.simulation());
  for (std::size_t i = 0; i < users.size(); ++i) co_await users[i]->wait(core::WaitReason::fence);
  if (gpu.link != ~std::size_t{0}) co_await machine_.hardware().transfer(gpu.link, buffer.bytes());
  done->signal();
}

const PendingMoves::Move* PendingMoves::find(const core::DmaFence& fence) const {
  const auto move = std::find_if(moves_.begin(), moves_.end(),
                                 [&](const Move& each) { return each.context == fence.context(); });
  return move == moves_.end() ? nullptr : &*move;
}

core::GateIndex PendingMoves::describe_release(core::WaitGraphBuilder& builder,
                                               const core::DmaFence& fence) const {
  const Move* const move = find(fence);
  return builder.process(move ? move->worker : nullptr, describe(fence), fence.id());
}

std::string PendingMoves::describe(const core::DmaFence& fence) const {
  const Move* const move = find(fence);
  return move ? move->name : "move";
}

}  // namespace fencelab::models
