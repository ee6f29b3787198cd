// What a submission may say of one buffer besides whether it reads or writes it.
#pragma once

#include <cstdint>

namespace fencelab::models {

/// Explicit control of implicit sync: what a submission waits for because of one buffer.
/// (i915 EXEC_OBJECT_ASYNC; msm MSM_SUBMIT_NO_IMPLICIT; amdgpu AMDGPU_GEM_CREATE_EXPLICIT_SYNC.)
/// KERNEL fences are never skipped.
enum class Stall : std::uint8_t {
  by_access,  ///< a read waits for writers, a write for all
  none,
  writers,
  all,
};

/// ... and as what its fence is published on the buffer (i915 EXEC_OBJECT_WRITE).
enum class Publish : std::uint8_t {
  by_access,  ///< a read as reader, a write as writer
  none,       ///< for memory management only
  reader,
  writer,
};

}  // namespace fencelab::models
