// Names that expectations mention: stacks of the scenario, columns of results (internal to the
// loader).
#pragma once

#include <string>

#include "scenarios/load_context.hpp"

namespace fencelab::scenarios {

/// Where a name stands: as the key of `node`, or as its text.
enum class At : std::uint8_t { key, value };

/// Reports a name that no stack has.
void check_stack(LoadContext& context, const Node& node, const std::string& name, At at);
/// Reports a name that no column has.
void check_metric(LoadContext& context, const Node& node, const std::string& name, At at);

}  // namespace fencelab::scenarios
