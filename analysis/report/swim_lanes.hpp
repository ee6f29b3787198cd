// A schedule as a table with one column per process, time going down: the two columns of lockdep's
// "possible unsafe locking scenario" for any number of processes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/explore/schedule.hpp"

namespace fencelab::analysis {

struct SwimLaneOptions {
  std::size_t rows_max = 30;        ///< beyond, the middle is left out and counted
  std::size_t lanes_max = 5;        ///< processes with a column of their own; the rest share one
  std::size_t lane_width_max = 30;  ///< in characters; longer texts are cut
  std::size_t fold_from = 4;        ///< so many plain steps of one process in a row become one line
  bool places = false;              ///< adds "file:line" to each line
};

/// The table, one line per step, with the numbers of the steps; empty for no steps. Steps with a
/// choice or a note are never folded.
std::string render_swim_lanes(const std::vector<TakenStep>& steps,
                              const SwimLaneOptions& options = {});

}  // namespace fencelab::analysis
