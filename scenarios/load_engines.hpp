// Looking up engines (internal to the loader).
#pragma once

#include "scenarios/load_context.hpp"

namespace fencelab::scenarios {

/// Index of the engine of `gpu` that the text of `node` names, or kNone and an error.
Index resolve_engine(LoadContext& context, const Node& node, const GpuSpec& gpu);

/// The same, but it must be one that the context may use.
Index resolve_engine_of(LoadContext& context, const Node& node, const ContextSpec& spec);

}  // namespace fencelab::scenarios
