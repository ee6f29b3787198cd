#include "analysis/lockdep/irq_usage.hpp"

#include <utility>

namespace fencelab::analysis {

std::pair<const IrqUsage::Use*, const IrqUsage::Use*> IrqUsage::Usage::conflict() const {
  const auto pair = [](const std::optional<Use>& a, const std::optional<Use>& b) {
    return std::pair(a && b ? &*a : nullptr, a && b ? &*b : nullptr);
  };
  if (in_irq && irqs_on) return pair(in_irq, irqs_on);
  if (in_irq && irqs_on_read) return pair(in_irq, irqs_on_read);
  return pair(in_irq_read, irqs_on);
}

std::optional<IrqUsage::Use>& IrqUsage::slot(core::OrderClassId order_class, bool read,
                                             bool in_irq) {
  const std::size_t index = core::raw(order_class);
  if (index >= usages_.size()) usages_.resize(index + 1);
  Usage& usage = usages_[index];
  if (in_irq) return read ? usage.in_irq_read : usage.in_irq;
  return read ? usage.irqs_on_read : usage.irqs_on;
}

bool IrqUsage::known(core::OrderClassId order_class, bool read, bool in_irq) {
  return slot(order_class, read, in_irq).has_value();
}

void IrqUsage::add(core::OrderClassId order_class, bool in_irq, Use use) {
  slot(order_class, use.read, in_irq) = std::move(use);
  any_interrupt_ |= in_irq;
}

}  // namespace fencelab::analysis
