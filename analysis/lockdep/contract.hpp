// The cross-driver contract as data: orders that hold although this run, with its one device, may
// not show them. The kernel teaches lockdep the same at boot, in dma_resv_lockdep().
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analysis/lockdep/order_graph.hpp"
#include "core/order_class.hpp"

namespace fencelab::analysis {

/// Names of the classes that the contract speaks of. Models and tests use these.
inline constexpr std::string_view kReclaimClass = "fs_reclaim", kNotifierClass = "mmu_notifier",
                                  kResvClass = "dma_resv", kMmapLockClass = "mmap_lock",
                                  kFileMappingLockClass = "i_mmap_rwsem";

struct ContractRule {
  core::OrderKind from;
  std::string_view from_name;  ///< empty: every class of that kind
  core::OrderKind to;
  std::string_view to_name;  ///< empty: every class of that kind; of fences, the published ones
  std::string_view words;
  std::string_view source;
};

std::span<const ContractRule> contract();

/// Adds the edges of the contract between the classes that there are. `published` says, by class,
/// whether a fence of it could be waited for by others.
void add_contract(OrderGraph& graph, const core::OrderClasses& classes,
                  const std::vector<bool>& published);

}  // namespace fencelab::analysis
