// SwapImage: one image of a swapchain from the time a client takes it until it is given back.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/axes/driver_policies.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::models {

class Display;

struct SwapImage {
  Buffer* buffer = nullptr;
  std::size_t slot = 0;          ///< of its swapchain
  HandOver handed;               ///< what the client gave along
  std::vector<SyncPoint> drawn;  ///< the client's unfinished writes at present, whatever the policy
  std::shared_ptr<Frame> frame;
  std::vector<Display*> scanned_by;  ///< displays that were told to show it directly
  std::uint64_t acquire_point = 0, release_point = 0;  ///< with the protocol `syncobj`
};
using SwapImagePtr = std::shared_ptr<SwapImage>;

}  // namespace fencelab::models
