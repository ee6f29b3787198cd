// What must be so of any scenario that loads, tried.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/generator/scenarios.hpp"

namespace fencelab::tests {

struct Trial {
  std::uint64_t seed = 0;
  std::size_t stack = 0;  ///< place in the list
  std::string complaint;  ///< empty: all is as it must be
  std::string scenario;   ///< with a complaint
  std::string verdict;    ///< of the timed run
  bool proved = false;    ///< Size::small: the provers came to an end
  bool counted = false;   ///< Size::small: few enough interleavings to try them all
};

/// Each scenario under each of its stacks, in processes of their own.
///
/// A run ends as documented (ok, error: no work done; overdue at its events) with a verdict that
/// there is, twice with the same record but for what the machine took, and that record is read
/// back. A small one is searched, too, with recovery timers that may go off at any time, so that no
/// order of a timed run is left out: if the provers find it free of deadlock, no timed run of three
/// seeds ends in one; and where both finish they agree (or the check says so itself). Where all its
/// interleavings can be tried, each prover finds the dead states that are found so, and no others.
std::vector<Trial> try_scenarios(std::uint64_t first, std::uint64_t count, Size size);

/// The same for seed after seed until the time is over: what is wrong is told as it is found, and
/// fails the test that calls this.
void sweep(std::uint64_t first, std::uint64_t seconds);

}  // namespace fencelab::tests
