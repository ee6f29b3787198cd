// Which random numbers whoever draws some gets. Not by its name, nor by its place in the file: what
// a scenario calls things, in which order it lists them and who stands idle beside them changes
// nothing.
#pragma once

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Sets ThreadSpec::stream, Op::draw and BufferSpec::stream. A stream is told by what is drawn from
/// it (how many draws of what kind); of several that draw alike, each gets its own: by what the
/// numbers are drawn from, then by what else it does, then by its place in the file. Threads that
/// are alike in all this are told apart by their names only, which makes no difference to anybody.
void assign_random_streams(Scenario& scenario);

}  // namespace fencelab::scenarios
