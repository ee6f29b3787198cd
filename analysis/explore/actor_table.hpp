// Numbers of actors that survive from execution to execution: by who created them and as which of
// its creations.
#pragma once

#include <cstdint>
#include <vector>

#include "core/untimed.hpp"

namespace fencelab::analysis {

class ActorTable final : public core::ActorNames {
 public:
  std::uint32_t actor(std::uint32_t parent, std::uint32_t nth) override {
    const std::size_t row = parent == core::kSetUp ? 0 : std::size_t{parent} + 1;
    if (row >= children_.size()) children_.resize(row + 1);
    auto& row_children = children_[row];
    if (nth >= row_children.size()) row_children.resize(nth + 1, kUnknown);
    std::uint32_t& number = row_children[nth];
    if (number == kUnknown) number = count_++;
    return number;
  }
  std::uint32_t count() const { return count_; }

 private:
  static constexpr std::uint32_t kUnknown = ~std::uint32_t{0};
  std::vector<std::vector<std::uint32_t>> children_;  ///< [0]: made at set-up
  std::uint32_t count_ = 0;
};

}  // namespace fencelab::analysis
