// Which random numbers whoever draws some gets. Not by its name, nor by its place in the file: what
// a scenario calls things, in which order it lists them and who stands idle beside them changes
// nothing.
#pragma once

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Sets ThreadSpec::stream, Op::draw and BufferSpec::stream. A stream is told by what is drawn from
/// it (how many draws of what kind); of several that draw alike, each gets its own: by what the
/// numbers are drawn from, then by what else it does, then by its place in the file. So place
/// counts among threads whose programs are alike to the last number; if they work on different
/// buffers or engines, to declare them the other way round gives each the other's numbers.
void assign_random_streams(Scenario& scenario);

}  // namespace fencelab::scenarios
