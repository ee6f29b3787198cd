// How a process exits: with its last thread the kernel closes its files.
#include <algorithm>
#include <deque>
#include <set>
#include <vector>

#include "core/waitable.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/user_vm.hpp"
#include "scenarios/runtime/thread_runner.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::scenarios {

namespace {

void note_forks(const Program& program, std::set<std::size_t>& forks) {
  for (const Op& op : program) {
    if (const auto* loop = std::get_if<LoopOp>(&op.what)) note_forks(loop->body, forks);
    const auto* fork = std::get_if<ForkOp>(&op.what);
    if (fork && !fork->join) forks.insert(fork->thread);
  }
}

/// The threads of a clone by how many forks lead to them: first those that start by themselves,
/// then those that only threads of earlier levels fork. Those that fork each other come last.
std::vector<std::vector<std::size_t>> fork_levels(const CloneState& clone) {
  std::vector<std::set<std::size_t>> forks(clone.threads.size());
  std::vector<std::size_t> left, first;
  for (std::size_t i = 0; i < clone.threads.size(); ++i) {
    note_forks(clone.threads[i]->spec().program, forks[i]);
    (clone.threads[i]->spec().forked ? left : first).push_back(i);
  }
  std::vector<std::vector<std::size_t>> levels{first};
  while (!left.empty()) {
    std::vector<std::size_t> next, later;
    for (const std::size_t thread : left) {
      const bool may_be_forked = std::any_of(left.begin(), left.end(), [&](std::size_t by) {
        return by != thread && forks[by].contains(thread);
      });
      (may_be_forked ? later : next).push_back(thread);
    }
    levels.push_back(next.empty() ? left : next);
    left = next.empty() ? next : later;
  }
  return levels;
}

/// What completes with the jobs that were submitted and are not done.
void add_jobs(const models::GpuContext& context, std::vector<models::SyncPoint>& jobs) {
  const auto add = [&](const std::deque<models::JobPtr>& of) {
    for (const models::JobPtr& job : of)
      if (!job->completion.done()) jobs.push_back(job->completion);
  };
  for (const models::Engine* engine : context.engines())
    if (models::KernelQueue* const queue = context.existing_kernel_queue(*engine)) {
      add(queue->waiting());
      add(queue->ring().jobs());
    }
  if (models::UserQueue* const queue = context.existing_user_queue()) add(queue->ring().jobs());
}

}  // namespace

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

// By then all who could have started a thread of the next level have ended, so that which of them
// there are is no matter of when it is looked.
core::Task<> World::exit_after_all(CloneState& clone) {
  const std::vector<std::vector<std::size_t>> levels = fork_levels(clone);
  for (std::size_t level = 0; level < levels.size(); ++level) {
    std::vector<core::WaitItem> all;
    for (;;) {
      std::vector<core::WaitItem> started;
      for (const std::size_t index : levels[level]) {
        ThreadRunner& thread = *clone.threads[index];
        if (thread.process() || !thread.spec().forked) started.push_back({&thread.ended(), 0});
      }
      // Only threads that fork each other may have become more.
      if (started.size() == all.size()) break;
      all = std::move(started);
      core::MultiWait wait(simulation_, all, static_cast<std::uint32_t>(all.size()),
                           {.reason = core::WaitReason::fifo, .idle = true});
      co_await wait;
    }
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

// What only this process used is given back, at once or when nothing works on it any more.
void World::exit(CloneState& clone) {
  for (const auto& gpu : machine_.gpus())
    if (models::UserVm* vm = clone.client->existing_user_vm(*gpu))
      vm->close([this, &clone](models::Buffer& buffer) { release(buffer, *clone.client); });
  close_address_spaces(clone);
  for (const auto& buffer : machine_.buffers()) release(*buffer, *clone.client);
}

// If nobody else has it, and no user queue at work. (Memory of a pool without end does nobody any
// good; what is in no pool may be on its way into one, or on the disk.)
void World::release(models::Buffer& buffer, const models::Client& client) {
  if (buffer.owner() != &client) return;
  buffer.placement.read();
  buffer.needs.read();
  const auto of_client = [&](const models::UserVm* vm) { return &vm->client() == &client; };
  if (std::any_of(buffer.vms.begin(), buffer.vms.end(), of_client)) return;
  const bool ours = buffer.exists;
  models::UserPages* const pages = buffer.user_pages();
  const bool moves = pages && pages->page_lock().is_locked();
  bool reserved = false;
  buffer.for_each_resv([&](const models::DmaResv& resv) { reserved |= resv.lock().is_locked(); });
  if (ours && !moves && !reserved && buffer.idle())
    machine_.memory().free(buffer);
  else if (ours && (!buffer.pool || machine_.memory().zone() || buffer.pool->capacity != 0))
    simulation_.spawn({"release of " + buffer.name(), core::ProcessRole::kernel_worker, true},
                      machine_.memory().free_when_idle(buffer));
}

// xe_vm_close_and_put() in drivers/gpu/drm/xe/xe_vm.c: page tables go with the address space, which
// the jobs in it keep.
void World::close_address_spaces(const CloneState& clone) {
  for (const auto& gpu : machine_.gpus()) {
    models::GpuVm* const vm = clone.client->existing_gpu_vm(*gpu);
    if (!vm || !vm->holds_memory()) continue;
    std::vector<models::SyncPoint> jobs;
    for (const models::GpuContext* context : clone.contexts)
      if (&context->gpu() == gpu.get()) add_jobs(*context, jobs);
    if (jobs.empty())
      vm->close();
    else
      simulation_.spawn({"release of an address space of " + clone.client->name(),
                         core::ProcessRole::kernel_worker, true},
                        close_after(*vm, std::move(jobs)));
  }
}

core::Task<> World::close_after(models::GpuVm& vm, std::vector<models::SyncPoint> jobs) {
  simulation_.current()->doing = "closing an address space";
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (!jobs[i].done()) co_await jobs[i].wait({.reason = core::WaitReason::memory});
  vm.close();
}

// SIGKILL from the OOM killer.
void World::end(models::Client& client) {
  for (const auto& clone : clones_)
    if (clone->client == &client) kill(*clone);
}

}  // namespace fencelab::scenarios
