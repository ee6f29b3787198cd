// IrqUsage: whether a lock class is taken in interrupts and whether it is taken, or held, where an
// interrupt may strike. Both at once deadlock one CPU with itself (lockdep-design.rst, state bits).
#pragma once

#include <optional>
#include <vector>

#include "analysis/lockdep/prediction.hpp"

namespace fencelab::analysis {

class IrqUsage {
 public:
  struct Use {
    bool read;
    EdgeWitness witness;
  };
  struct Usage {
    std::optional<Use> in_irq, in_irq_read;  ///< first of each
    std::optional<Use> irqs_on, irqs_on_read;
    bool interrupted() const { return in_irq || in_irq_read; }
    bool interruptible() const { return irqs_on || irqs_on_read; }
    /// Two uses that exclude each other, or nullptrs. Readers do not exclude readers.
    std::pair<const Use*, const Use*> conflict() const;
  };

  /// Whether that use of the class is known already.
  bool known(core::OrderClassId order_class, bool read, bool in_irq);
  void add(core::OrderClassId order_class, bool in_irq, Use use);
  const std::vector<Usage>& usages() const { return usages_; }  ///< by class
  bool any_interrupt() const { return any_interrupt_; }

 private:
  std::optional<Use>& slot(core::OrderClassId order_class, bool read, bool in_irq);
  std::vector<Usage> usages_;
  bool any_interrupt_ = false;
};

}  // namespace fencelab::analysis
