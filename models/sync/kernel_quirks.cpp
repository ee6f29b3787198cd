#include "models/sync/kernel_quirks.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fencelab::models {

namespace {

constexpr std::array kNames = {
    std::pair{KernelVersion::v6_1, std::string_view("6.1")},
    std::pair{KernelVersion::v6_12, std::string_view("6.12")},
    std::pair{KernelVersion::v7_2, std::string_view("7.2")},
};

// The ioctl came in between; what it does was read in 7.3 and is taken to be the same in 7.2.
constexpr std::array kWithUserQueues = {KernelVersion::v7_2};
constexpr std::array kBeforeVirtioFences = {KernelVersion::v6_1, KernelVersion::v6_12};

constexpr std::array kQuirks = {
    KernelQuirk{"virtio-flip-ignores-buffer",
                "a page flip of virtio-gpu waits for IN_FENCE_FD only, never for the fences in the "
                "reservation of the buffer, kernel fences included",
                "recorded on 6.1.176 and 6.12.95 (rows 71 and 118): the driver's prepare_fb did "
                "not call drm_gem_plane_helper_prepare_fb",
                kBeforeVirtioFences, &KernelQuirks::virtio_flip_ignores_buffer},
    KernelQuirk{"amdgpu-userq-wait-inverted",
                "amdgpu's userq wait ioctl asks for readers where the caller will read and for "
                "writers only where it will write: a write does not wait for reads before it",
                "drivers/gpu/drm/amd/amdgpu/amdgpu_userq_fence.c (7.3.4, lines 673, 683, 808 and "
                "822), against dma_resv_usage_rw()",
                kWithUserQueues, &KernelQuirks::amdgpu_userq_wait_inverted},
};

}  // namespace

std::string_view name_of(KernelVersion version) {
  return kNames[static_cast<std::size_t>(version)].second;
}

std::optional<KernelVersion> kernel_named(std::string_view name) {
  for (const auto& [version, known] : kNames)
    if (known == name) return version;
  return std::nullopt;
}

std::span<const KernelQuirk> kernel_quirks() { return kQuirks; }

KernelQuirks quirks_of(KernelVersion version) {
  KernelQuirks quirks;
  for (const KernelQuirk& quirk : kQuirks)
    quirks.*quirk.flag =
        std::find(quirk.kernels.begin(), quirk.kernels.end(), version) != quirk.kernels.end();
  return quirks;
}

}  // namespace fencelab::models
