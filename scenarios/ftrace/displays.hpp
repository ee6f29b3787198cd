// Screens of a recording: when they refresh, and when they showed something new.
#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

struct Screen {
  std::uint64_t crtc = 0;
  std::int64_t period_ns = 0;
  std::int64_t vblank_ns = 0;       ///< instant of a vblank
  std::vector<std::int64_t> flips;  ///< numbers of the vblanks, from that one, that showed a flip
};

struct Screens {
  std::vector<Screen> screens;       ///< with flips
  std::uint64_t without_flips = 0;   ///< screens that are left out
  std::uint64_t flips_left_out = 0;  ///< of screens whose refresh rate cannot be told
};

/// A flip is an event that is delivered at a vblank although nobody asked to be told of that
/// vblank.
Screens find_screens(const Recording& recording);

}  // namespace fencelab::scenarios::ftrace
