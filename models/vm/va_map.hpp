// VaMap: which bytes of which buffers are mapped at which GPU addresses, and how a new mapping or
// an unmapping splits those that are there. A pure data structure: it knows no time and no page
// table. Rules of drivers/gpu/drm/drm_gpuvm.c (drm_gpuvm_sm_map(), drm_gpuvm_sm_unmap()).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace fencelab::models {

class Buffer;

/// One mapping (gpuva): bytes [offset, offset + bytes) of `buffer` at [address, address + bytes).
struct Mapping {
  std::uint64_t address = 0, bytes = 0;
  const Buffer* buffer = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t end() const { return address + bytes; }
  bool operator==(const Mapping&) const = default;
};

/// What one change does to one mapping that was there: it goes, as a whole or but for a remainder
/// in front (`previous`) and one behind (`next`).
struct Unmapped {
  Mapping mapping;
  std::optional<Mapping> previous, next;
  /// The bytes that it loses get mapped to what they were mapped to: entries may be kept.
  bool keep = false;
  bool is_remap() const { return previous || next; }
  /// The addresses that it loses.
  std::uint64_t begin() const { return previous ? previous->end() : mapping.address; }
  std::uint64_t end() const { return next ? next->address : mapping.end(); }
};

/// The steps of one change, in the order of addresses: any number of unmaps, of which the first may
/// leave a remainder in front and the last one behind; then at most one map.
struct VaChange {
  std::vector<Unmapped> unmaps;
  std::optional<Mapping> map;
};

class VaMap {
 public:
  /// What mapping `wanted` would do. It replaces whatever it overlaps.
  VaChange plan_map(const Mapping& wanted) const;
  /// What unmapping [address, address + bytes) would do.
  VaChange plan_unmap(std::uint64_t address, std::uint64_t bytes) const;
  /// A change planned against the present state.
  void apply(const VaChange& change);

  /// The mapping of that address; nullptr: none.
  const Mapping* find(std::uint64_t address) const;
  /// Whether `buffer` is mapped anywhere.
  bool maps(const Buffer& buffer) const;
  /// Whether each of the bytes [begin, end) of `buffer` is mapped somewhere.
  bool covers(const Buffer& buffer, std::uint64_t begin, std::uint64_t end) const;
  /// The mappings of `buffer`, by address.
  std::vector<Mapping> mappings_of(const Buffer& buffer) const;
  std::size_t size() const { return mappings_.size(); }
  const std::map<std::uint64_t, Mapping>& mappings() const { return mappings_; }
  void clear();

 private:
  void plan_cut(std::uint64_t address, std::uint64_t end, const Mapping* wanted,
                std::vector<Unmapped>& into) const;
  void insert(const Mapping& mapping);
  void erase(const Mapping& mapping);
  std::map<std::uint64_t, Mapping> mappings_;                   ///< by address; they do not overlap
  std::map<std::uint32_t, std::set<std::uint64_t>> of_buffer_;  ///< addresses, by Buffer::index
};

}  // namespace fencelab::models
