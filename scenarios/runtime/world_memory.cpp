// Memory of a World: watermarks, and what its processes have of it.
#include "models/cpu/zone.hpp"
#include "models/userptr/process_memory.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::scenarios {

void World::build_memory() {
  const PlatformSpec& platform = scenario_.platform;
  if (!platform.has_zone) return;
  models::Zone::Spec spec;
  spec.marks = models::default_watermarks(platform.memory_bytes);
  const std::uint64_t step = spec.marks.low - spec.marks.min;
  if (platform.mark_min) spec.marks.min = *platform.mark_min;
  spec.marks.low = platform.mark_low.value_or(spec.marks.min + step);
  spec.marks.high = platform.mark_high.value_or(spec.marks.low + step);
  spec.clean_bytes = platform.cache_clean_bytes;
  spec.dirty_bytes = platform.cache_dirty_bytes;
  spec.mempool_bytes = platform.mempool_bytes;
  if (platform.reclaim_pause) spec.reclaim_pause = *platform.reclaim_pause;
  models::Memory& memory = machine_.memory();
  memory.set_zone(std::make_unique<models::Zone>(machine_, memory.system(), spec));
  memory.zone()->oom().inject(*this);
  if (platform.cache_lock != kNone)
    memory.zone()->page_cache().set_file_system_lock(*locks_[platform.cache_lock].front());
}

// What a process needs as soon as it uses userptr on a GPU. Where one explores it is there from the
// start: whoever needed it first would be somebody else in each order of steps, and nobody cares.
void World::build_user_memory() {
  for (const auto& buffer : machine_.buffers())
    if (buffer->userptr() && buffer->owner())
      for (const auto& gpu : machine_.gpus()) buffer->owner()->memory().notifier_lock(*gpu);
}

// A process is a group of its own in the device memory cgroup.
void World::limit_vram(const CloneState& clone) {
  const VramShare& share = clone.spec->vram;
  if (!share.is_limited()) return;
  const models::DmemLimits limits{share.max.value_or(~std::uint64_t{0}), share.min.value_or(0),
                                  share.low.value_or(0)};
  for (const auto& pool : machine_.memory().pools())
    if (pool->gpu) pool->limit(clone.client->index(), limits);
}

}  // namespace fencelab::scenarios
