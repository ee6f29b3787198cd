// A campaign: every run that a command asks for, made once and stored, and the tables of them.
#pragma once

#include <vector>

#include "campaign/transport/ranks.hpp"
#include "cli/plan.hpp"

namespace fencelab::cli {

/// Says which runs there would be, or how many; the exit code.
int list_runs(const RunOptions& options, const std::vector<Plan>& plans,
              const policies::Registry& registry);

/// Makes the runs that are not stored in `options.out` yet, then writes the tables of all. The exit
/// code; does not return if a signal ended it. With `ranks`, of which this is the first, the others
/// make runs, too.
int run_campaign(const RunOptions& options, const std::vector<Plan>& plans,
                 const policies::Registry& registry, campaign::Ranks* ranks);

/// On another rank than the first: makes what runs that asks for, until all is done.
int serve_campaign(const RunOptions& options, const std::vector<Plan>& plans,
                   const policies::Registry& registry, campaign::Ranks& ranks);

}  // namespace fencelab::cli
