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

  IndexLists(std::size_t keys, const std::vector<Pair>& pairs)
      : begins_(keys + 1, 0), values_(pairs.size()) {
    for (const Pair& pair : pairs) ++begins_[pair.first + 1];
    for (std::size_t key = 0; key < keys; ++key) begins_[key + 1] += begins_[key];
    std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
    for (const Pair& pair : pairs) values_[next[pair.first]++] = pair.second;
  }

  std::span<const std::uint32_t> operator[](std::uint32_t key) const {
    return {values_.data() + begins_[key], begins_[key + 1] - begins_[key]};
  }

 private:
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> values_;
};

}  // namespace fencelab::analysis
