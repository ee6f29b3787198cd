// Reading what a scenario says of system memory: the platform's, and operations on it.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "models/cpu/memory_defaults.hpp"
#include "scenarios/load_operations.hpp"
#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

template <class Names>
std::size_t number_of(const Names& names, const std::string& word) {
  const auto found = std::find(names.begin(), names.end(), word);
  return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
}

void read_marks(LoadContext& context, const Node& marks) {
  PlatformSpec& spec = context.scenario.platform;
  spec.mark_min = read_size(context, marks["min"], Zero::allowed);
  spec.mark_low = read_size(context, marks["low"], Zero::allowed);
  spec.mark_high = read_size(context, marks["high"], Zero::allowed);
  const std::uint64_t min = spec.mark_min.value_or(0), low = spec.mark_low.value_or(min),
                      high = spec.mark_high.value_or(low);
  if (min <= low && low <= high && high < std::max<std::uint64_t>(spec.memory_bytes, 1)) return;
  if (context.sink.has_error_under(marks.pointer())) return;
  context.error(marks, {.code = "watermark-order",
                        .message = "watermarks rise from min to high, which is below the size",
                        .expected = "min <= low <= high < size"});
}

void read_disk(LoadContext& context, const Node& memory) {
  PlatformSpec& spec = context.scenario.platform;
  const Node disk = memory["disk"];
  spec.disk_bytes_per_second = read_bandwidth(context, disk["bandwidth"]).value_or(0);
  spec.disk_latency = read_duration(context, disk["latency"], Zero::allowed).value_or(Duration{});
  spec.swap_bytes = read_size(context, disk["swap"], Zero::forbidden).value_or(0);
  if (memory["swap"] && disk)
    context.error(memory["swap"], {.code = "two-disks",
                                   .message = "the disk says what swap there is",
                                   .expected = "one of \"swap\" and \"disk\""});
}

void read_cache(LoadContext& context, const Node& cache) {
  PlatformSpec& spec = context.scenario.platform;
  spec.cache_clean_bytes = read_size(context, cache["clean"], Zero::allowed).value_or(0);
  spec.cache_dirty_bytes = read_size(context, cache["dirty"], Zero::allowed).value_or(0);
  if (context.sink.has_error_under(cache.pointer())) return;
  const bool has_disk = spec.disk_bytes_per_second > 0 || spec.swap_bytes_per_second > 0;
  if (spec.cache_dirty_bytes > 0 && !has_disk)
    context.error(cache["dirty"], {.code = "no-disk",
                                   .message = "there is no disk to write dirty pages to",
                                   .expected = "a member \"disk\" of the memory"});
  if (spec.cache_clean_bytes + spec.cache_dirty_bytes > spec.memory_bytes)
    context.error(cache, {.code = "too-large",
                          .message = "the page cache is larger than system memory",
                          .expected = "at most the size of system memory"});
}

}  // namespace

std::uint64_t read_page(LoadContext& context, const Node& node) {
  constexpr std::uint64_t kLeast = 4096, kMost = std::uint64_t{2} << 20;
  if (!node) return 1;
  const auto bytes = read_size(context, node, Zero::forbidden);
  if (!bytes) return 1;
  if (std::has_single_bit(*bytes) && *bytes >= kLeast && *bytes <= kMost) return *bytes;
  context.error(node, {.code = "bad-page",
                       .message = "no page has this size",
                       .expected = "a power of two from 4 KiB to 2 MiB"});
  return 1;
}

void load_memory(LoadContext& context, const Node& memory) {
  PlatformSpec& spec = context.scenario.platform;
  spec.memory_bytes = read_size(context, memory["size"], Zero::forbidden).value_or(0);
  spec.swap_bytes_per_second = read_bandwidth(context, memory["swap"]).value_or(0);
  spec.copy_bytes_per_second = read_bandwidth(context, memory["copy"])
                                   .value_or(models::memory_defaults::kCopyBytesPerSecond);
  if (memory["disk"]) read_disk(context, memory);
  spec.memory_page = read_page(context, memory["page"]);
  spec.mempool_bytes = read_size(context, memory["mempool"], Zero::forbidden).value_or(0);
  spec.reclaim_pause = read_duration(context, memory["reclaim_pause"], Zero::forbidden);
  spec.has_zone = memory["watermarks"] || memory["page_cache"];
  if (memory["reclaim_pause"] && !spec.has_zone)
    context.error(memory["reclaim_pause"], {.code = "missing-member",
                                            .message = "nobody reclaims this memory in rounds",
                                            .expected = "a member \"watermarks\" beside it"});
  if (memory["mempool"] && (!spec.has_zone || spec.mempool_bytes >= spec.memory_bytes))
    context.error(memory["mempool"], {.code = "mempool",
                                      .message = "there is nothing that a mempool could be kept of",
                                      .expected = "less than the size of memory with watermarks"});
  if (!spec.has_zone) return;
  if (!memory["size"]) {
    context.error(memory, {.code = "missing-member",
                           .message = "memory without end has no watermarks",
                           .expected = "a member \"size\""});
    return;
  }
  if (memory["watermarks"]) read_marks(context, memory["watermarks"]);
  if (memory["page_cache"]) read_cache(context, memory["page_cache"]);
}

void load_memory_locks(LoadContext& context, const Node& memory) {
  if (const Node lock = memory["page_cache"]["lock"])
    context.scenario.platform.cache_lock = resolve_resource(context, Resource::lock, kNone, lock);
}

OperationLoader::What OperationLoader::read_alloc(const Node& body) {
  const Node name = body.is_object() ? body["buffer"] : body;
  AllocOp op{resource(Resource::buffer, name)};
  note_use(name, op.buffer);
  op.gfp = static_cast<models::Gfp>(number_of(models::kGfpNames, body["gfp"].text_or("kernel")));
  return op;
}

OperationLoader::What OperationLoader::read_memalloc_save(const Node& body) {
  return MemallocOp{
      static_cast<models::MemallocScope>(number_of(models::kMemallocNames, body.text_or("nofs"))),
      false};
}

OperationLoader::What OperationLoader::read_memalloc_restore(const Node& body) {
  return MemallocOp{
      static_cast<models::MemallocScope>(number_of(models::kMemallocNames, body.text_or("nofs"))),
      true};
}

OperationLoader::What OperationLoader::read_madvise(const Node& body) {
  MadviseOp op{resource(Resource::buffer, body["buffer"]),
               body["advice"].text_or("") == "dontneed"};
  note_use(body["buffer"], op.buffer);
  return op;
}

OperationLoader::What OperationLoader::read_fork_mm(const Node& body) {
  MmOp op{.kind = MmOp::Kind::fork};
  for (const Node& name : body["buffers"].items()) {
    op.buffers.push_back(userptr_buffer(name));
    note_use(name, op.buffers.back());
  }
  if (const Node life = body["child_exits"])
    op.child_life = read_duration(context_, life, Zero::forbidden);
  return op;
}

// By the kernel, for whoever it may be: so this is no use of the buffer by the thread's process.
OperationLoader::What OperationLoader::read_migrate(const Node& body) {
  MmOp op{.kind = MmOp::Kind::migrate};
  for (const Node& name : body.items()) op.buffers.push_back(userptr_buffer(name));
  return op;
}

OperationLoader::What OperationLoader::read_compact(const Node&) {
  return MmOp{.kind = MmOp::Kind::compact};
}

}  // namespace fencelab::scenarios
