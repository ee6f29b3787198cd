// PagedMemory: single pages in a pool of memory, which whoever needs room there may take.
#pragma once

#include <cstdint>

#include "core/task.hpp"

namespace fencelab::models {

class PagedMemory {
 public:
  virtual ~PagedMemory() = default;
  /// Takes pages away until at least `bytes` have been given back to the pool, or no more can be.
  /// False: none could be. Waits for no fence.
  virtual core::Task<bool> give_up(std::uint64_t bytes) = 0;
};

}  // namespace fencelab::models
