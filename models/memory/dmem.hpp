// DmemGroup: what one process may have of one pool, and what others must leave it: the device
// memory cgroup (kernel/cgroup/dmem.c, Documentation/admin-guide/cgroup-v2.rst, "DMEM"). Each
// process is a group of its own, beneath the root.
#pragma once

#include <cstdint>

#include "core/shared.hpp"

namespace fencelab::models {

/// In bytes.
struct DmemLimits {
  std::uint64_t max = ~std::uint64_t{0};  ///< more it never gets
  std::uint64_t min = 0;                  ///< so much nobody takes from it
  std::uint64_t low = 0;                  ///< so much is taken only if there is nothing else
};

class DmemGroup final : public core::StateSource {
 public:
  DmemGroup(core::Simulation& simulation, DmemLimits limits)
      : limits_(limits), cell_(simulation, this) {}

  /// dmem_cgroup_try_charge(): whether so many bytes more stay within the limit.
  bool allows(std::uint64_t bytes) const {
    cell_.read();
    return bytes <= limits_.max && used_ <= limits_.max - bytes;
  }
  void charge(std::uint64_t bytes) {
    cell_.write();
    used_ += bytes;
  }
  void uncharge(std::uint64_t bytes) {
    cell_.write();
    used_ -= bytes;
  }
  std::uint64_t used() const { return used_; }
  const DmemLimits& limits() const { return limits_; }
  /// dmem_cgroup_state_evict_valuable() for an evictor of another group.
  bool is_protected(bool ignore_low, bool& hit_low) const {
    cell_.read();
    if (limits_.min > 0 && used_ <= limits_.min) return true;
    if (ignore_low || limits_.low == 0 || used_ > limits_.low) return false;
    hit_low = true;
    return true;
  }
  bool hash_state(std::uint64_t& hash) const override {
    hash = used_;
    return true;
  }

 private:
  DmemLimits limits_;
  core::Cell cell_;  ///< footprint of used_
  std::uint64_t used_ = 0;
};

}  // namespace fencelab::models
