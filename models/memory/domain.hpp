// Where a driver may put a buffer: the placement list of TTM (include/drm/ttm/ttm_placement.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fencelab::models {

/// What of its home's memory a buffer can be in so that the GPU reaches it.
enum class Domain : std::uint8_t {
  vram,  ///< of its home
  gtt,   ///< system memory, bound in the home's aperture if that has a size
};

inline constexpr std::array<std::string_view, 2> kDomainNames = {"vram", "gtt"};

/// When an entry of a placement list counts. First all are tried without taking anything from
/// others; then all with evictions (ttm_bo_validate() in drivers/gpu/drm/ttm/ttm_bo.c).
enum class PlacementUse : std::uint8_t {
  always,
  desired,   ///< TTM_PL_FLAG_DESIRED: nobody is evicted for it
  fallback,  ///< TTM_PL_FLAG_FALLBACK: only once evictions are allowed, and left when another
             ///< one has room
};

inline constexpr std::array<std::string_view, 3> kPlacementUseNames = {"always", "desired",
                                                                       "fallback"};

struct PlacementRule {
  Domain domain = Domain::vram;
  PlacementUse use = PlacementUse::always;
};

}  // namespace fencelab::models
