// Reads what a plug-in says of itself, and refuses what does not fit this program.
#pragma once

#include <string>
#include <vector>

#include "policies/plugin/handshake.hpp"
#include "policies/plugin/metric.hpp"
#include "policies/registry.hpp"

namespace fencelab::campaign {

/// A plug-in as far as it has told.
struct PluginContents {
  std::string name, version;
  std::vector<policies::PolicyInfo> policies;
  std::vector<plugin::MetricInfo> metrics;  ///< columns not yet named after the plug-in
  std::string error;  ///< why it cannot be used, naming both sides; empty: it can
};

/// `handshake` is what its entry point returned. No code of the plug-in is called; the names and
/// texts are checked, so that they can be printed.
PluginContents read_handshake(const plugin::Handshake* handshake);

}  // namespace fencelab::campaign
