// Manual pages in roff (man(7)).
#pragma once

#include <string>

#include "cli/pages/command_text.hpp"

namespace fencelab::cli {

/// "fencelab.1", "fencelab-run.1": of the program, or of one of its subcommands.
std::string man_page_name(const CommandText& command);

/// The page of `command`, which is `program` or one of its subcommands; those below it have
/// sections in it. `version` is printed at the foot. Holds no date, so that the same program always
/// has the same pages.
std::string man_page(const CommandText& program, const CommandText& command,
                     const std::string& version);

}  // namespace fencelab::cli
