// ThreadRunner: the operations on system memory.
#include <algorithm>

#include "models/cpu/zone.hpp"
#include "models/svm/fault_service.hpp"
#include "models/svm/page_walk.hpp"
#include "models/userptr/process_memory.hpp"
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

using core::Task;

// Memory of a process is there once it is touched, and then has content.
namespace {

Task<models::Placement> take_pages(models::Machine& machine, models::Buffer& buffer,
                                   models::AllocRequest request) {
  if (buffer.user_pages()) return models::fault_in(machine, buffer, request);
  return machine.memory().place(buffer, request);
}

}  // namespace

Task<> ThreadRunner::alloc(const AllocOp& op) {
  process_->doing = "alloc";
  models::Buffer& buffer = world_.buffer(op.buffer, clone_);
  buffer.placement.write();
  buffer.exists = true;
  const bool paged = buffer.pages && !buffer.pages->in_place();
  if (paged) co_return;  // each page comes when it is touched
  // Nobody else knows of a new object; and pages of a process have no reservation.
  const bool locked = !buffer.of_process() && buffer.resv().lock().try_lock();
  const models::AllocRequest request{models::AllocRequest::Context::user, clone_.client, nullptr,
                                     nullptr, op.gfp};
  const models::Placement placed = co_await take_pages(world_.machine(), buffer, request);
  buffer.placement.write();
  models::Zone* const zone = world_.machine().memory().zone();
  if (zone && op.gfp == models::Gfp::mempool && placed == models::Placement::ok)
    zone->note_element(buffer);
  // What is on the disk, or in another place, stays there.
  if (placed != models::Placement::ok && !buffer.swapped && !buffer.pool) buffer.exists = false;
  const bool touched = buffer.exists && buffer.kind() != models::MemoryKind::gem;
  if (touched) buffer.content = true;
  if (locked) buffer.resv().lock().unlock();
}

// handle_mm_fault() in mm/memory.c: what a thread touches is brought back from the disk, or taken
// for the first time.
Task<> ThreadRunner::fault_in(const models::AccessList& accesses) {
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    models::Buffer& buffer = *accesses[i].buffer;
    buffer.placement.read();
    if (!buffer.of_process() || !buffer.exists) continue;
    if (buffer.pool && (buffer.content || !accesses[i].write)) continue;
    if (!buffer.pool) {
      process_->doing = "page fault";
      const models::Placement placed = co_await take_pages(
          world_.machine(), buffer, {models::AllocRequest::Context::user, clone_.client});
      if (placed != models::Placement::ok) continue;
    }
    buffer.placement.write();
    buffer.content = true;
  }
  process_->doing = "access";
}

Task<> ThreadRunner::change_pages(const MmOp& op) {
  models::Machine& machine = world_.machine();
  std::vector<models::Buffer*> buffers;
  for (const Index buffer : op.buffers) buffers.push_back(&world_.buffer(buffer, clone_));
  if (op.kind == MmOp::Kind::compact)
    for (const auto& buffer : machine.buffers())
      if (buffer->user_pages()) buffers.push_back(buffer.get());
  if (op.kind == MmOp::Kind::fork) {
    process_->doing = "fork";
    co_await clone_.client->memory().fork(machine, buffers, op.child_life);
    co_return;
  }
  process_->doing = "migrate_pages";
  for (std::size_t i = 0; i < buffers.size(); ++i)
    co_await models::migrate_pages(machine, *buffers[i]);
}

// do_wp_page(): what is shared with a child is copied before it is written.
Task<> ThreadRunner::own_pages(const models::AccessList& accesses) {
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    models::Buffer& buffer = *accesses[i].buffer;
    if (accesses[i].write && buffer.user_pages() && buffer.user_pages()->shared())
      co_await clone_.client->memory().break_sharing(world_.machine(), buffer);
  }
}

namespace {

/// The pages that bytes [begin, end) lie on.
models::PageRun pages_of(std::uint64_t begin, std::uint64_t end) {
  const auto first = static_cast<std::uint32_t>(begin / models::kPageBytes);
  const auto last = static_cast<std::uint32_t>((end - 1) / models::kPageBytes);
  return {first, last - first + 1};
}

}  // namespace

// What a CPU touches and the GPU has comes back (dev_pagemap_ops.migrate_to_ram).
Task<> ThreadRunner::touch_managed(const models::AccessList& accesses) {
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    models::Buffer& buffer = *accesses[i].buffer;
    buffer.placement.read();
    if (!buffer.pages || buffer.pages->in_place() || !buffer.exists) continue;
    process_->doing = "page fault";
    co_await buffer.home()->faults()->cpu_access(
        *buffer.pages, pages_of(accesses[i].begin, accesses[i].end), clone_.client);
  }
  process_->doing = "access";
}

std::unique_ptr<models::PageWalk> ThreadRunner::walk_of(const SubmitOp& op, const models::Job& job,
                                                        const OpState& state) {
  std::vector<models::PageWalk::Span> spans;
  for (const AccessSpec& access : op.accesses) {
    if (access.buffer == kNone) continue;
    const models::Buffer& buffer = world_.buffer(access.buffer, clone_);
    models::ManagedRange* const range = models::range_on(buffer, job.context->gpu());
    if (!range) continue;
    const std::uint64_t end = access.bytes == 0 ? buffer.bytes() : access.offset + access.bytes;
    spans.push_back(
        {range, pages_of(access.offset, end), access.pattern, draw_key(state, spans.size() + 1)});
  }
  if (spans.empty()) return nullptr;
  return std::make_unique<models::PageWalk>(simulation_.random(), std::move(spans), job.duration);
}

bool ThreadRunner::execute_on_memory(const Op& op) {
  if (const auto* scope = std::get_if<MemallocOp>(&op.what)) {
    if (models::Zone* const zone = world_.machine().memory().zone()) {
      if (scope->restore)
        zone->leave(scope->scope);
      else
        zone->enter(scope->scope);
    }
    return true;
  }
  const auto* const advice = std::get_if<MadviseOp>(&op.what);
  if (!advice) return false;
  models::Buffer& buffer = world_.buffer(advice->buffer, clone_);
  buffer.placement.write();
  buffer.purgeable = advice->purgeable;
  return true;
}

}  // namespace fencelab::scenarios
