#include "analysis/lockdep/contract.hpp"

namespace fencelab::analysis {

using core::OrderKind;

std::span<const ContractRule> contract() {
  static constexpr ContractRule kRules[] = {
      {OrderKind::lock, kMmapLockClass, OrderKind::ww_lock, kResvClass,
       "a CPU fault on a buffer locks its reservation",
       "drivers/dma-buf/dma-resv.c, dma_resv_lockdep()"},
      {OrderKind::ww_lock, kResvClass, OrderKind::reclaim, kReclaimClass,
       "memory may be allocated with GFP_KERNEL under a reservation",
       "drivers/dma-buf/dma-resv.c, dma_resv_lockdep()"},
      {OrderKind::reclaim, kReclaimClass, OrderKind::lock, kFileMappingLockClass,
       "reclaim unmaps files", "drivers/dma-buf/dma-resv.c, dma_resv_lockdep()"},
      {OrderKind::reclaim, kReclaimClass, OrderKind::notifier, kNotifierClass,
       "reclaim unmaps pages and calls the notifiers of their process",
       "mm/page_alloc.c, fs_reclaim_acquire(); drivers/dma-buf/dma-resv.c, dma_resv_lockdep()"},
      {OrderKind::notifier,
       kNotifierClass,
       OrderKind::fence,
       {},
       "a notifier of a GPU driver may wait for a published dma_fence",
       "drivers/dma-buf/dma-fence.c, DOC: fence cross-driver contract"},
      {OrderKind::reclaim,
       kReclaimClass,
       OrderKind::fence,
       {},
       "a shrinker of a GPU driver may wait for a published dma_fence",
       "drivers/dma-buf/dma-fence.c, DOC: fence cross-driver contract"},
      {OrderKind::value,
       {},
       OrderKind::reclaim,
       kReclaimClass,
       "user space may need memory before it signals",
       "Documentation/driver-api/dma-buf.rst, Indefinite DMA Fences"},
      {OrderKind::value,
       {},
       OrderKind::ww_lock,
       kResvClass,
       "user space may need any ioctl before it signals",
       "drivers/gpu/drm/drm_syncobj.c: no lock may be held over a wait for submission"},
  };
  return kRules;
}

namespace {

bool applies(OrderKind kind, std::string_view name, const core::OrderClasses::Info& info) {
  return info.kind == kind && (name.empty() || info.name == name);
}

}  // namespace

void add_contract(OrderGraph& graph, const core::OrderClasses& classes,
                  const std::vector<bool>& published) {
  const auto count = static_cast<std::uint32_t>(classes.size());
  const auto is_published = [&](std::uint32_t id) {
    return id < published.size() && published[id];
  };
  for (const ContractRule& rule : contract())
    for (std::uint32_t from = 1; from <= count; ++from) {
      if (!applies(rule.from, rule.from_name, classes.at(core::OrderClassId{from}))) continue;
      for (std::uint32_t to = 1; to <= count; ++to) {
        if (!applies(rule.to, rule.to_name, classes.at(core::OrderClassId{to}))) continue;
        if (rule.to == OrderKind::fence && !is_published(to)) continue;
        OrderEdge& edge = graph.edge(core::OrderClassId{from}, core::OrderClassId{to}, false, false,
                                     EdgeOrigin::contract);
        edge.seen.witness.words = rule.words;
        edge.seen.witness.source = rule.source;
      }
    }
}

}  // namespace fencelab::analysis
