// What an allocation may do to get memory: the kernel's GFP contexts, and the scopes that narrow
// them for all that a task allocates (Documentation/core-api/memory-allocation.rst,
// Documentation/core-api/gfp_mask-from-fs-io.rst).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fencelab::models {

/// The contexts that programs and drivers name.
enum class Gfp : std::uint8_t {
  kernel,
  nofs,
  noio,
  nowait,
  atomic,
  mempool,  ///< mempool_alloc() with GFP_NOIO: what is free, else an element of the pool, for which
            ///< it waits (mm/mempool.c)
};

inline constexpr std::array<std::string_view, 6> kGfpNames = {"kernel", "nofs",   "noio",
                                                              "nowait", "atomic", "mempool"};
constexpr std::string_view to_string(Gfp gfp) { return kGfpNames[static_cast<std::size_t>(gfp)]; }

/// memalloc_nofs_save(), memalloc_noio_save(), memalloc_noreclaim_save().
enum class MemallocScope : std::uint8_t { nofs, noio, noreclaim };

inline constexpr std::array<std::string_view, 3> kMemallocNames = {"nofs", "noio", "noreclaim"};

/// A context in flags (include/linux/gfp_types.h).
struct GfpMask {
  bool direct_reclaim = true;  ///< __GFP_DIRECT_RECLAIM: may sleep, and take memory from others
  bool io = true;              ///< __GFP_IO: may start disk transfers
  bool fs = true;              ///< __GFP_FS: may call into file systems, and shrinkers
  bool high = false;           ///< __GFP_HIGH: part of the reserve below `min`
  bool all_reserves = false;   ///< PF_MEMALLOC: no watermark at all
};

constexpr GfpMask mask_of(Gfp gfp) {
  switch (gfp) {
    case Gfp::kernel: return {};
    case Gfp::nofs: return {.fs = false};
    case Gfp::noio: return {.io = false, .fs = false};
    case Gfp::mempool:
    case Gfp::nowait: return {.direct_reclaim = false, .io = false, .fs = false};
    case Gfp::atomic: break;
  }
  return {.direct_reclaim = false, .io = false, .fs = false, .high = true};
}

/// How deep a task is in each scope.
struct TaskScopes {
  std::array<std::uint32_t, 3> depth{};
  constexpr bool in(MemallocScope scope) const {
    return depth[static_cast<std::size_t>(scope)] > 0;
  }
};

/// current_gfp_context() in include/linux/sched/mm.h, and gfp_pfmemalloc_allowed().
constexpr GfpMask narrowed(GfpMask mask, const TaskScopes& scopes) {
  if (scopes.in(MemallocScope::noio)) mask.io = mask.fs = false;
  if (scopes.in(MemallocScope::nofs)) mask.fs = false;
  if (scopes.in(MemallocScope::noreclaim)) {
    mask.direct_reclaim = false;
    mask.all_reserves = true;
  }
  return mask;
}

}  // namespace fencelab::models
