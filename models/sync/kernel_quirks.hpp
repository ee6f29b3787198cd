// Where kernels of different age answer differently, as data: each quirk has a name, the kernels
// that have it, and how we know.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fencelab::models {

/// Kernels whose behaviour was recorded.
enum class KernelVersion : std::uint8_t { v6_1, v6_12, v7_2 };

/// "6.1", "6.12", "7.2".
std::string_view name_of(KernelVersion version);
std::optional<KernelVersion> kernel_named(std::string_view name);

/// What a kernel does that others do not. All off: the newest.
struct KernelQuirks {
  bool virtio_flip_ignores_buffer = false;
  bool amdgpu_userq_wait_inverted = false;
};

struct KernelQuirk {
  std::string_view name;
  std::string_view what;
  std::string_view source;
  std::span<const KernelVersion> kernels;  ///< that have it
  bool KernelQuirks::* flag;
};

/// All of them.
std::span<const KernelQuirk> kernel_quirks();
/// Those of one kernel.
KernelQuirks quirks_of(KernelVersion version);

}  // namespace fencelab::models
