// A finding as edges in plain words: who waits how, for what, and who alone could bring it.
#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/findings.hpp"

namespace fencelab::analysis {

/// One wait of what is stuck, or one order of what may get stuck, in the words of the report.
struct WaitEdge {
  std::string who;    ///< who waits; empty: nobody, the order is a promise or a contract
  std::string kind;   ///< reason of the wait ("ww_lock"), or how an order is known ("held")
  std::string holds;  ///< of a predicted order: the class that is held, or owed
  std::vector<std::string> on;  ///< what does not come; several are alternatives. Ascending
  std::vector<std::string> by;  ///< who could bring it and is stuck as well. Ascending
  bool on_cycle = false;        ///< its `by` has the next edge's `who`; the last one's, the first's
};

/// One edge for each member: those of the cycle in its order, then the rest. Values as they are now
/// ("(now 0)") are left out: they say how far it came, not what is waited for.
std::vector<WaitEdge> wait_edges(const Finding& finding);

/// "one/main -[ww_lock: dma_resv of b]-> two/main", in one line.
std::string words_of(const WaitEdge& edge);

}  // namespace fencelab::analysis
