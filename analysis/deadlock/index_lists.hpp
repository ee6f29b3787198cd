// Many short lists in two flat arrays (compressed rows): what a worklist walks in linear time.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fencelab::analysis {

/// For each key 0..keys-1 the values it was paired with, in the order of the pairs.
class IndexLists {
 public:
  using Pair = std::pair<std::uint32_t, std::uint32_t>;

  IndexLists(std::size_t keys, const std::vector<Pair>& pairs) {
    if (pairs.empty()) return;
    begins_.assign(keys + 2, 0);
    values_.resize(pairs.size());
    // Counted one place further on: filling then moves each begin to where it belongs.
    for (const Pair& pair : pairs) ++begins_[pair.first + 2];
    for (std::size_t key = 0; key < keys; ++key) begins_[key + 2] += begins_[key + 1];
    for (const Pair& pair : pairs) values_[begins_[pair.first + 1]++] = pair.second;
  }

  std::span<const std::uint32_t> operator[](std::uint32_t key) const {
    if (values_.empty()) return {};
    return {values_.data() + begins_[key], begins_[key + 1] - begins_[key]};
  }

 private:
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> values_;
};

}  // namespace fencelab::analysis
