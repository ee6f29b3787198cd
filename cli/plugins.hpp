// --policy-plugin and FENCELAB_PLUGIN_PATH: shared libraries with policies and metrics.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "campaign/plugins/plugins.hpp"

namespace fencelab::cli {

using campaign::known_policies;

/// To be called before other options are added: these may know names of plug-ins. Plug-ins are
/// loaded as the command line is read; one that cannot be is an error of usage.
void add_plugin_options(CLI::App& command);

/// Does what may call plug-ins, and returns an exit code, in a process of its own if there are any:
/// one that crashes ends it with a message and kExitCrash.
int call_guarded(const std::function<int()>& action);

/// Ends the program. No code of a plug-in runs as it ends, which might not.
[[noreturn]] void leave(int code);

}  // namespace fencelab::cli
