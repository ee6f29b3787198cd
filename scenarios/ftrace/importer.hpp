// Turns a recording of ftrace into a scenario. See docs/reference/ftrace.md for what becomes what.
#pragma once

#include <string>
#include <vector>

#include "scenarios/diagnostics.hpp"
#include "scenarios/ftrace/reader.hpp"

namespace fencelab::scenarios::ftrace {

struct ImportOptions {
  std::string name;  ///< of the scenario: [a-z0-9][a-z0-9._-]*
  Window window;
};

struct Imported {
  std::string scenario;              ///< JSON text, stable
  std::vector<std::string> summary;  ///< what was used and what was not, a line each
};

/// The scenario of what was read. `file` is the name in messages; an error if no job is whole.
Loaded<Imported> import_recording(const Recording& recording, const std::string& file,
                                  const ImportOptions& options);

}  // namespace fencelab::scenarios::ftrace
