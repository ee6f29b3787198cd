// How a process exits: with its last thread the kernel closes its files.
#include <algorithm>

#include "core/waitable.hpp"
#include "models/vm/user_vm.hpp"
#include "scenarios/runtime/thread_runner.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::scenarios {

// Which of its threads ends last makes no difference to a process. Where schedules are explored it
// must not look like one: if each thread looked for the others at its end, all orders of their ends
// would be tried. So somebody waits for all of them, at a gate.
void World::prepare_exits() {
  if (!simulation_.untimed()) return;
  for (const auto& clone : clones_) {
    const auto starts = [](const auto& thread) { return !thread->spec().forked; };
    const bool any = std::any_of(clone->threads.begin(), clone->threads.end(), starts);
    clone->exits_apart = any && clone->threads.size() > 1;
    if (clone->exits_apart)
      simulation_.spawn(
          {"exit of " + clone->client->name(), core::ProcessRole::kernel_worker, true},
          exit_after_all(*clone));
  }
}

// Whom those forked that have ended is known then, so that after each round it looks who is new.
core::Task<> World::exit_after_all(CloneState& clone) {
  std::vector<core::WaitItem> all;
  for (;;) {
    std::vector<core::WaitItem> started;
    for (const auto& thread : clone.threads)
      if (thread->process() || !thread->spec().forked) started.push_back({&thread->ended(), 0});
    if (started.size() == all.size()) break;
    all = std::move(started);
    core::MultiWait wait(simulation_, all, static_cast<std::uint32_t>(all.size()),
                         {.reason = core::WaitReason::fifo, .idle = true});
    co_await wait;
  }
  exit(clone);
}

void World::thread_ended(CloneState& clone) {
  if (clone.exits_apart) return;
  for (const auto& thread : clone.threads) {
    const bool never_started = thread->process() == nullptr && thread->spec().forked;
    if (!never_started && !thread->ended().is_complete()) return;
  }
  exit(clone);
}

// What only this process used and nothing works on any more is given back.
void World::exit(CloneState& clone) {
  for (const auto& gpu : machine_.gpus())
    if (models::UserVm* vm = clone.client->existing_user_vm(*gpu))
      if (!vm->has_work()) vm->retire();
  for (const auto& buffer : machine_.buffers()) {
    if (buffer->owner() != clone.client) continue;
    buffer->placement.read();
    const bool ours = buffer->exists;
    if (ours && !buffer->resv().lock().is_locked() &&
        buffer->resv().test_signaled(models::Usage::bookkeep))
      machine_.memory().free(*buffer);
  }
}

}  // namespace fencelab::scenarios
