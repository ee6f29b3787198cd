// FaultRules: how recoverable page faults of a GPU are served. Plain data, filled in by a policy.
#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace fencelab::models {

/// How work that may fault and work with dma_fences share the hardware
/// (Documentation/driver-api/dma-buf.rst, "Recoverable Hardware Page Faults Implications").
enum class FaultIsolation : std::uint8_t {
  exclusive_modes,       ///< never both at a time: drivers/gpu/drm/xe/xe_hw_engine_group.c
  preempt_on_fault,      ///< a job that waits for pages can be taken off its engine
  reserved_units,        ///< jobs with dma_fences have units of their own, always
  reserve_while_fenced,  ///< ... while one of their fences is pending
  no_fence_in_handler,   ///< who serves a fault waits for no dma_fence
  mixed,                 ///< nothing keeps them apart
};

/// Which pages come along with those that faulted.
enum class PagePrefetch : std::uint8_t {
  none,
  sl64k,  ///< the rest of the 64 KiB
  tree,   ///< and of each larger part of the 2 MiB of which more than the threshold is there
};

/// Which pages go when there is no room (Ganguly et al., ISCA'19; lfu2m: IPDPS'20).
enum class PageEviction : std::uint8_t { lru2m, lru4k, lfu2m, tree, random };

/// What becomes of a page that CPU and GPU both want.
enum class MigrationRaces : std::uint8_t {
  serialised,  ///< a lock from the copy to the binding
  timeslice,   ///< pages stay for a while where they came to
  retry,       ///< who lost them begins again
};

/// What is locked while a fault of the GPU makes all pages of a block valid.
enum class MigrateLock : std::uint8_t {
  none,
  held,     ///< a lock that a migration to system memory needs, too
  checked,  ///< the same, and such a migration by the holder itself is left out
};

struct FaultRules {
  FaultIsolation isolation = FaultIsolation::exclusive_modes;
  unsigned reserved_percent = 25;  ///< of the units of an engine
  PagePrefetch prefetch = PagePrefetch::tree;
  unsigned tree_percent = 51;  ///< of a part of the tree that must be there
  PageEviction eviction = PageEviction::lru2m;
  MigrationRaces races = MigrationRaces::serialised;
  MigrateLock migrate_lock = MigrateLock::none;
  core::Duration timeslice{};
  bool in_message_handler = false;     ///< served where firmware's messages are received
  std::uint32_t batch = 256;           ///< pages that faulted, in one pass at most
  std::uint32_t access_counter = 0;    ///< accesses over the link before 2 MiB move; 0: at once
  std::uint64_t mapping_bytes = 4096;  ///< of system memory that is contiguous: folios
  // Costs. Those of a "mapping" are paid for each folio that is unmapped and copied.
  core::Duration report{}, per_fault{}, per_block{}, per_mapping{}, copy_per_mapping{};
  core::Duration bind{}, per_entry{}, tlb_flush{}, remote_access{}, cpu_fault{}, cpu_retry{};
};

}  // namespace fencelab::models
