#include "policies/sync/bridged.hpp"

#include <algorithm>

#include "models/client.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/machine.hpp"
#include "policies/submission/steps.hpp"
#include "policies/sync/reservation.hpp"

namespace fencelab::policies {

using models::AccessTracker;
using models::Buffer;
using models::Client;
using models::DmaResv;
using models::Job;
using models::JobPtr;
using models::Usage;

namespace {

models::Access implicit_write(Buffer& buffer) { return {&buffer, 0, buffer.bytes(), true}; }

}  // namespace

BridgedSync::Acquired& BridgedSync::acquired_by(const Client& client) {
  return acquired_.try_emplace(client.index(), simulation_).first->second;
}

// anv_queue.c, ANV_SEMAPHORE_TYPE_WSI_BO: the batch that waits for the acquire semaphore lists the
// image with EXEC_OBJECT_WRITE, and so waits for it from its first command on.
void BridgedSync::prepare(Job& job) {
  if (options_.exports) return;
  Acquired& acquired = acquired_by(*job.client);
  acquired.cell.write();
  for (Buffer* buffer : acquired.buffers) job.marked.push_back(implicit_write(*buffer));
  acquired.buffers.clear();
}

void BridgedSync::add_dependencies(Job& job) {
  ExplicitSync::add_dependencies(job);
  for (const models::Access& mark : job.marked)
    wait_for_all(job, *mark.buffer, *query_for(mark, true));
}

// What it adopted is of others, and in the reservation already.
BridgedSync::Entries BridgedSync::own_work(Client& client, Buffer& buffer) {
  Entries own = client.tracker().unfinished(buffer);
  std::erase_if(own, [](const AccessTracker::Entry& entry) {
    return entry.queue == 0 || !entry.point.fence;
  });
  return own;
}

// The empty batch is a submission like any other, in the thread that presents: i915_gem_execbuffer2
// locks the objects of its list (eb_lock_vmas) before it looks at their fences. Importing a sync
// file locks the reservation, too (dma_buf_import_sync_file() in drivers/dma-buf/dma-buf.c).
core::Task<models::HandOver> BridgedSync::hand_over_by_thread(Client& client, models::Gpu& gpu,
                                                              Buffer& buffer) {
  const Entries own = own_work(client, buffer);
  const bool draws = std::any_of(own.begin(), own.end(), [](const auto& e) { return e.write; });
  const bool submits = options_.import == Import::submission;
  if (options_.import == Import::off || own.empty() || (submits && !draws))
    co_return hand_over(client, buffer);
  if (submits) {
    co_await submit_mark_by_ioctl(client, gpu, buffer);
    co_return models::HandOver{};
  }
  models::DrmExec exec(simulation_, {});
  co_await lock_alone(exec, buffer);
  hand_over(client, buffer);
  exec.unlock_all();
  co_return models::HandOver{};
}

core::Task<> BridgedSync::submit_mark_by_ioctl(Client& client, models::Gpu& gpu, Buffer& buffer) {
  simulation_.emit(core::ProbeKind::ioctl_begin, core::kNoObject);
  const core::Time begun = simulation_.now();
  const core::Duration cost = gpu.policies().submission->ioctl_cost();
  if (cost > core::Duration{})
    co_await core::sleep_for(simulation_, cost, core::WaitReason::submit);
  models::DrmExec exec(simulation_, {});
  co_await lock_alone(exec, buffer);
  hand_over(client, buffer);
  exec.unlock_all();
  simulation_.emit(core::ProbeKind::ioctl_end, core::kNoObject, 0,
                   static_cast<std::uint64_t>((simulation_.now() - begun).count()));
}

models::HandOver BridgedSync::hand_over(Client& client, Buffer& buffer) {
  const Entries own = own_work(client, buffer);
  if (options_.import == Import::submission)
    submit_mark(buffer, own);
  else if (options_.import != Import::off)
    import_file(buffer, own);
  return {};
}

Usage BridgedSync::class_of_import(const AccessTracker::Entry& entry) const {
  if (options_.import == Import::write) return Usage::write;
  if (options_.import == Import::read) return Usage::read;
  return entry.write ? Usage::write : Usage::read;
}

// Nobody made the work behind the file wait for what is here: the ioctl only adds. Whoever throws
// something out on the file's account loses it.
void BridgedSync::import_file(Buffer& buffer, const Entries& work) {
  const bool writer = options_.import == Import::write ||
                      std::any_of(work.begin(), work.end(), [this](const auto& entry) {
                        return class_of_import(entry) == Usage::write;
                      });
  if (writer) make_room_for_writer(buffer);
  for (const AccessTracker::Entry& entry : work)
    buffer.resv().add(entry.point.fence, class_of_import(entry));
}

void BridgedSync::make_room_for_writer(Buffer& buffer) const {
  if (options_.slots == Slots::exclusive) {
    buffer.resv().drop(Usage::write);
    buffer.resv().drop(Usage::read);
  } else if (options_.slots == Slots::array) {
    // An array of them would be unwrapped: its members in the exclusive slot are the same.
    std::vector<core::FencePtr> there;
    buffer.resv().for_each(Usage::read,
                           [&](const DmaResv::Entry& entry) { there.push_back(entry.fence); });
    buffer.resv().drop(Usage::read);
    for (const core::FencePtr& fence : there) buffer.resv().add(fence, Usage::write);
  }
}

// wsi_common_queue_present() with wsi_memory_signal_submit_info: an empty submission. It waits for
// everything on the image in the middle of an in-order queue. A reader's submissions carried an
// implicit read each.
void BridgedSync::submit_mark(Buffer& buffer, const Entries& work) {
  const auto last = std::find_if(work.rbegin(), work.rend(), [](const auto& e) { return e.write; });
  if (last == work.rend()) {
    for (const AccessTracker::Entry& entry : work)
      buffer.resv().add(entry.point.fence, Usage::read);
    return;
  }
  static const std::string kLabel = "present";
  const Job& drawing = *last->point.job;
  const JobPtr job(new Job(simulation_));
  models::Gpu& gpu = drawing.context->gpu();
  if (simulation_.untimed()) gpu.machine().keep(job);
  job->client = drawing.client;
  job->context = drawing.context;
  job->entity = drawing.entity;
  job->submitter = simulation_.current();
  job->label = &kLabel;
  job->account.open(simulation_.now());
  job->semaphore_open_at = core::Time{};
  job->marked.push_back(implicit_write(buffer));
  wait_for_all(*job, buffer, Usage::read);
  create_fence(*job);
  publish(*job, gpu.policies());
  queue_job(job);
}

core::Task<> BridgedSync::accept(Client& client, models::Gpu&, Buffer& buffer,
                                 models::HandOver with) {
  co_await put_in(simulation_, client, buffer, std::move(with));
  if (!options_.exports) {
    Acquired& acquired = acquired_by(client);
    acquired.cell.write();
    acquired.buffers.push_back(&buffer);
    co_return;
  }
  adopt(client, buffer);
}

// The compositor's own drawing it knows of (IN_FENCE_FD); the rest is the buffer's.
models::HandOver BridgedSync::flip_fences(Client& client, Buffer& buffer) {
  models::HandOver fences;
  if (options_.import != Import::off) fences = ExplicitSync::flip_fences(client, buffer);
  const models::HandOver there = taken_out(buffer, Usage::write);
  fences.insert(fences.end(), there.begin(), there.end());
  return fences;
}

}  // namespace fencelab::policies
