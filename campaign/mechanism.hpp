// How a finding works, read back from its data: who waits for what, holding what, where. What is
// tried against it follows from this alone.
#pragma once

#include <string>
#include <vector>

namespace fencelab::campaign {

/// Something in hand or waited for.
struct MechanismItem {
  std::string label;    ///< e.g. "ww_mutex dma_resv of a"
  std::string pointer;  ///< JSON pointer of the operation that took it; empty: unknown
  /// The thing itself: the last word of the label, e.g. "a".
  std::string name() const { return label.substr(label.rfind(' ') + 1); }
};

struct MechanismMember {
  std::string name;
  std::string reason;   ///< of its wait, see core/wait_reason.hpp
  std::string pointer;  ///< JSON pointer of the operation it waits in; empty: unknown
  std::vector<MechanismItem> waits, holds;
};

/// Members and then those blocked behind them, of the finding that `details`
/// (analysis/report/deadlock_json) describes; empty if there is no description. What stands behind
/// matters to who is stuck in a queue behind another.
std::vector<MechanismMember> mechanism_of(const std::string& details);

}  // namespace fencelab::campaign
