// Reads .wsim text. Every mistake is reported with its line and column; nothing is skipped.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/diagnostics.hpp"
#include "scenarios/wsim/descriptor.hpp"

namespace fencelab::scenarios::wsim {

/// Steps separated by newlines or commas; `#` starts a comment line. All errors at once.
Loaded<Workload> parse_workload(std::string_view text, const std::string& file);

/// A step in canonical notation: what parse_workload would read back to the same step.
std::string render_step(const Step& step);

}  // namespace fencelab::scenarios::wsim
