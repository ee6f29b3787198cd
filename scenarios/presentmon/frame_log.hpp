// Frame-time logs: what PresentMon, and tools built on it, write about each frame.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "scenarios/diagnostics.hpp"

namespace fencelab::scenarios::presentmon {

/// One swap chain of a process, frame by frame. All times are in nanoseconds.
struct Chain {
  std::string application;  ///< as printed
  std::string process_id, address;
  std::vector<std::int64_t> cpu_ns;      ///< the application was busy for a frame
  std::vector<std::int64_t> gpu_ns;      ///< the GPU was
  std::vector<std::int64_t> display_ns;  ///< between two frames on the screen
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;   ///< frames that never were on a screen
  std::uint64_t left_out = 0;  ///< frames of which a time is not known
  std::int64_t span_ns = 0;    ///< sum of the times between frames
  bool gpu_estimated = false;  ///< from when frames were rendered: no times of the GPU are logged
};

struct FrameLog {
  std::vector<Chain> chains;  ///< in order of appearance
  std::string version;        ///< which columns it has, in words
};

/// Reads CSV of PresentMon 1.x and 2.x, CapFrameX and OCAT. The first line that cannot be read is
/// an error and ends it; `file` is the name in messages.
Loaded<FrameLog> read_frame_log(std::istream& input, const std::string& file);

}  // namespace fencelab::scenarios::presentmon
