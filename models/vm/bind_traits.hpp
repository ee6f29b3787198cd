// What drivers differ in about address spaces, besides when page tables are updated.
#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace fencelab::models {

/// What becomes of an update that finds no memory for tables when it runs.
enum class AfterFailure : std::uint8_t {
  fails,
  retries,   ///< it is tried again and again
  restarts,  ///< the queue pauses until user space, which is told, asks for a new try
};

struct BindTraits {
  /// What an update of page tables takes, and each entry that it writes.
  core::Duration update{}, per_entry{};
  /// How long an update that takes something away waits for the TLB before its fence signals and
  /// tables go back.
  core::Duration tlb_flush{};
  bool tables_in_vram = false;  ///< where the GPU has some; else page tables are system memory
  /// The ioctl makes resident what it maps, and its fence goes into the reservation; else the
  /// submissions that use it do so.
  bool validates = false;
  /// Mappings change when the ioctl plans the update, not when it is carried out.
  bool plans_ahead = false;
  AfterFailure after_failure = AfterFailure::fails;
  core::Duration retry_pause{};  ///< between tries, if it retries
  /// Tables taken ahead by updates in flight, per address space, beyond which binds wait; 0: none.
  std::uint64_t most_tables_ahead = 0;
};

}  // namespace fencelab::models
