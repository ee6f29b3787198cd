// OrderWatch: who may wait for what, by the context it is in. What is broken here is broken whether
// or not anything closes a cycle.
#include "analysis/lockdep/contract.hpp"
#include "analysis/lockdep/order_watch.hpp"

namespace fencelab::analysis {

using core::AllocContext;
using core::OrderKind;

// Outermost first, so that the innermost notifier or reclaim is the one that counts: a notifier may
// wait for fences wherever it is called from (drivers/dma-buf/dma-fence.c, DOC: fence cross-driver
// contract), shrinkers only where __GFP_FS allows them, and both may only try reservations.
void OrderWatch::check_context(const core::Process& process, const ProcessState& by,
                               const Target& target) {
  const bool fence = target.kind == OrderKind::fence;
  const bool reservation = target.kind == OrderKind::ww_lock &&
                           simulation_.order_classes().at(target.order_class).name == kResvClass;
  if (!fence && !reservation) return;
  const auto& entries = by.held.entries();
  for (std::size_t i = entries.size(); i-- > 0;) {
    const HeldEntry& inside = entries[i];
    if (inside.kind == OrderKind::notifier) {
      if (reservation)
        add_finding("resv-lock-in-notifier", target.order_class, witness(process, by, target, i));
      return;
    }
    const bool direct = inside.kind == OrderKind::reclaim &&
                        simulation_.order_classes().at(inside.order_class).name == kReclaimClass;
    if (!direct) continue;
    if (reservation)
      add_finding("resv-lock-in-reclaim", target.order_class, witness(process, by, target, i));
    else if (inside.context == AllocContext::atomic)
      add_finding("fence-wait-in-atomic-context", target.order_class,
                  witness(process, by, target, i));
    else if (inside.context == AllocContext::noio)
      add_finding("fence-wait-in-nofs-reclaim", target.order_class,
                  witness(process, by, target, i));
    return;
  }
}

}  // namespace fencelab::analysis
