// Reads scenario files: JSON text in, a Scenario with every name resolved out, or all of the file's
// mistakes at once, each with its place, what was expected and a hint.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "scenarios/diagnostics.hpp"
#include "scenarios/document_limits.hpp"
#include "scenarios/policy_names.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Loads a scenario from `text`; `file` is what messages call it. `sets` are assignments of the
/// form "/json/pointer=value" (--set), carried out in order before anything is checked.
Loaded<Scenario> load_scenario(std::string_view text, std::string file, const PolicyNames& names,
                               std::span<const std::string> sets = {},
                               const DocumentLimits& limits = {});

/// The same from a file on disk.
Loaded<Scenario> load_scenario_file(const std::string& path, const PolicyNames& names,
                                    std::span<const std::string> sets = {},
                                    const DocumentLimits& limits = {});

}  // namespace fencelab::scenarios
