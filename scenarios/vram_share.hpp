// VramShare: what a process may have of the VRAM of a GPU.
#pragma once

#include <cstdint>
#include <optional>

namespace fencelab::scenarios {

/// The limits of a process in the device memory cgroup, in bytes.
struct VramShare {
  std::optional<std::uint64_t> max, min, low;
  bool is_limited() const { return max || min || low; }
};

}  // namespace fencelab::scenarios
