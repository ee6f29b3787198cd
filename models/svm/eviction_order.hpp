// EvictionOrder: which pages of a GPU's memory go first.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/simulation.hpp"
#include "models/svm/fault_rules.hpp"
#include "models/svm/managed_range.hpp"
#include "models/svm/recency_list.hpp"

namespace fencelab::models {

class EvictionOrder {
 public:
  /// Pages of one block.
  struct Victim {
    ManagedRange* range = nullptr;
    std::uint32_t block = 0;
    PageMask pages;
  };

  EvictionOrder(core::Simulation& simulation, PageEviction policy)
      : simulation_(simulation), policy_(policy) {}

  /// Before anything has come.
  void add(ManagedRange& range);
  void used(const ManagedRange& range, PageRun run);
  void came(const ManagedRange& range, std::uint32_t block, const PageMask& pages);
  void went(const ManagedRange& range, std::uint32_t block, const PageMask& pages);
  /// Whose turn it is, of pages that are there; not of block `spared` of `owner`. None: nobody's.
  std::optional<Victim> next(const ManagedRange* owner, std::uint32_t spared);
  /// What it remembers per page comes to.
  std::size_t bytes() const;

 private:
  bool by_page() const { return policy_ == PageEviction::lru4k || policy_ == PageEviction::random; }
  std::uint32_t units_per_block() const;
  void prepare();
  std::optional<Victim> victim_in(std::uint32_t number, std::uint32_t page) const;
  std::optional<Victim> any_of_all(const ManagedRange* owner, std::uint32_t spared);
  std::optional<Victim> oldest(std::uint32_t spared);
  std::optional<Victim> least_used(std::uint32_t spared);
  std::optional<Victim> by_lot(std::uint32_t spared);
  core::Simulation& simulation_;
  PageEviction policy_;
  std::vector<ManagedRange*> range_of_;  ///< by number of the block
  bool prepared_ = false;
  RecencyList recent_;                           ///< units: pages, leaves or blocks
  std::vector<std::uint32_t> there_, place_of_;  ///< random: pages, and where in `there_` they are
  std::uint64_t lots_ = 0;
};

}  // namespace fencelab::models
