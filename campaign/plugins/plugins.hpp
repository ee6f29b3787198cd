// Plug-ins: shared libraries with policies and metrics of others. What they do happens in worker
// processes; this one only reads what is in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/plugins/read_handshake.hpp"
#include "campaign/worker_set.hpp"

namespace fencelab::campaign {

struct Plugin {
  std::string path;  ///< as it was given
  std::string hash;  ///< of the file, 32 hex digits
  PluginContents contents;
  /// "acme 1.0 (0123456789abcdef)": what runs made with it depend on.
  std::string identity() const;
};

/// Loads the shared library `path`. Before it is loaded here a process of its own does so, which it
/// may crash or keep busy. A message that says what is wrong, or nothing. The same file twice is
/// once. A library stays in a process until it ends, and so do the names that it brings.
std::optional<std::string> load_plugin(const std::string& path);

/// Whether code of plug-ins is in this process, be it of one that was refused.
bool has_opened_plugins();

/// Those loaded, in that order.
const std::vector<Plugin>& loaded_plugins();

/// The policies of this program and of the plug-ins.
policies::Registry known_policies();

/// What a run may take if nobody said otherwise: an hour, and as much memory as the machine has;
/// with plug-ins, which may never end or have enough, 10 minutes and 8 GiB. Sanitized programs
/// reserve more memory than there is and have no limit of it.
WorkerLimits default_limits();

/// " --policy-plugin FILE" for each, quoted for a shell: what a command needs to know the same.
std::string plugin_arguments();

/// What the values of all metrics depend on; empty if no plug-in has any.
std::string metric_identity();

}  // namespace fencelab::campaign
