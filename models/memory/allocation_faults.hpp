// Allocations that fail although there is memory: what failslab and fail_page_alloc do to a kernel
// (Documentation/fault-injection/fault-injection.rst).
#pragma once

#include "models/axes/driver_policies.hpp"

namespace fencelab::models {

/// Who decides. Memory asks for each allocation, whatever it is for.
class AllocationFaults {
 public:
  virtual ~AllocationFaults() = default;
  /// Whether this allocation fails. Called once for each, in the process that makes it.
  virtual bool fails(const AllocRequest& request) = 0;
};

}  // namespace fencelab::models
