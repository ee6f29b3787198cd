// Operations on buffers: vgem's fences, export and import, poll, CPU access, page flips.
#include "tests/conformance/recordings/handlers.hpp"

namespace fencelab::recordings {

namespace {

using models::DmaBufAccess;
using models::Usage;

// All kinds of buffers share the rules: what they differ in, their memory, is not asked for.
json make_buffer(World& world, const Operation& op) {
  world.add_buffer(op.arg(0));
  return 0;
}

json close(World& world, const Operation& op) {
  world.forget(op.arg(0));
  return 0;
}

/// Attaches a vgem fence to `resv` and calls it `name`; false: -EBUSY.
bool attach_to(World& world, models::DmaResv& resv, bool write, const std::string& name) {
  const auto handle = world.vgem().attach(resv, write);
  if (!handle) return false;
  world.vgem_handle(name) = *handle;
  world.set_label(world.vgem().find(*handle)->context(), name);
  return true;
}

json attach(World& world, const Operation& op) {
  const bool write = parse_access(op.arg(1)).write;
  const bool done = attach_to(world, world.buffer(op.arg(0)).resv(), write, op.arg(2));
  return answer(done ? 0 : core::fence_error::kBusy);
}

json new_fence(World& world, const Operation& op) {
  models::DmaBuf& own = world.add_buffer("own buffer of " + op.arg(0));
  attach_to(world, own.resv(), true, op.arg(0));
  world.define_file(op.arg(1), own.export_sync_file({.read = true}).value());
  return 0;
}

json signal(World& world, const Operation& op) {
  return answer(world.vgem().signal(world.vgem_handle(op.arg(0))));
}

json poll(World& world, const Operation& op) {
  const DmaBufAccess ready = world.buffer(op.arg(0)).poll(parse_access(op.arg(1)));
  return std::string(ready.read ? "i" : "") + (ready.write ? "o" : "");
}

json export_file(World& world, const Operation& op) {
  auto file = world.buffer(op.arg(0)).export_sync_file(parse_access(op.arg(1)));
  if (!file) return answer(core::fence_error::kInvalid);
  world.define_file(op.arg(2), std::move(*file));
  return 0;
}

json import_file(World& world, const Operation& op) {
  return answer(
      world.buffer(op.arg(0)).import_sync_file(parse_access(op.arg(1)), world.file(op.arg(2))));
}

json dump(World& world, const Operation& op) {
  static constexpr const char* kUsages[] = {"kernel", "write", "read"};
  json list = json::array();
  for (const auto& entry : world.buffer(op.arg(0)).resv().entries())
    if (entry.usage <= Usage::read)
      list.push_back(
          {kUsages[static_cast<std::size_t>(entry.usage)], entry.fence->is_signaled() ? 1 : 0});
  return list;
}

core::Task<json> cpu_access(World& world, Operation op) {
  // The recorder's thread has 60 ms.
  const core::Time deadline = world.simulation().now() + std::chrono::milliseconds(60);
  const int error =
      co_await world.buffer(op.arg(0)).begin_cpu_access(parse_access(op.arg(1)), deadline);
  co_return error == core::fence_error::kTime ? json("blocked") : answer(error);
}

// virtio_gpu_wait_ioctl with VIRTGPU_WAIT_NOWAIT: idle for a writer.
json virtio_wait(World& world, const Operation& op) {
  const bool idle = world.buffer(op.arg(0)).resv().test_signaled(models::usage_rw(true));
  return answer(idle ? 0 : core::fence_error::kBusy);
}

json flip(World& world, const Operation& op) {
  models::PlaneState plane{.resv = &world.buffer(op.arg(0)).resv()};
  if (op.arg(1) != "-") plane.in_fence = {world.file(op.arg(1)).fence()};
  const bool wants_fence = op.arg(2) != "-";
  const models::AtomicResult result = models::commit_nonblocking(
      {.crtcs = {
           {.display = &world.display(), .planes = {plane}, .wants_out_fence = wants_fence}}});
  if (result.error == 0 && wants_fence)
    world.define_file(op.arg(2), models::SyncFile(result.out_fences.front()));
  return answer(result.error);
}

}  // namespace

void add_buffer_handlers(Handlers& handlers) {
  handlers.plain.insert({{"buf", make_buffer},
                         {"closebuf", close},
                         {"attach", attach},
                         {"newfence", new_fence},
                         {"signal", signal},
                         {"poll", poll},
                         {"export", export_file},
                         {"import", import_file},
                         {"dump", dump},
                         {"vwait", virtio_wait},
                         {"flip", flip}});
  handlers.waiting.insert({{"cpusync", cpu_access}});
}

}  // namespace fencelab::recordings
