// Frame: one image of a client on its way from acquire to scan-out.
#pragma once

#include <cstdint>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace fencelab::models {

struct Frame {
  core::ObjectId id{};
  std::uint32_t swapchain = 0;
  core::Time begun{}, presented{}, shown = core::kNever;
  std::uint64_t number = 0;  ///< per swapchain, from 1
};

}  // namespace fencelab::models
