// Turns a frame-time log into a scenario. See docs/reference/presentmon.md for what becomes what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/diagnostics.hpp"
#include "scenarios/presentmon/frame_log.hpp"

namespace fencelab::scenarios::presentmon {

struct ImportOptions {
  std::string name;         ///< of the scenario: [a-z0-9][a-z0-9._-]*
  std::string application;  ///< whose frames; empty: of the swap chain with most
};

struct Imported {
  std::string scenario;              ///< JSON text, stable
  std::vector<std::string> summary;  ///< what was used and what was not, a line each
};

/// At most `count` + 1 of the sorted times, such that between each two neighbours lie equally many.
std::vector<std::int64_t> quantiles_of(std::vector<std::int64_t> times, std::size_t count);

/// The time between refreshes of the screen, by how long frames stay on it; 0: not known.
std::int64_t refresh_period(std::vector<std::int64_t> display_ns);

/// A game loop like the one that was logged. `file` is the name in messages; errors: no such
/// application, too few frames.
Loaded<Imported> import_frame_log(const FrameLog& log, const std::string& file,
                                  const ImportOptions& options);

}  // namespace fencelab::scenarios::presentmon
