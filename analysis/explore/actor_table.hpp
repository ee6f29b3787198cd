// Numbers of actors that survive from execution to execution: by who created them and as which of
// its creations.
#pragma once

#include <cstdint>
#include <vector>

#include "core/footprint.hpp"
#include "core/untimed.hpp"

namespace fencelab::analysis {

/// The `nth` that `parent` made; core::kSetUp made what was there from the start.
struct ActorName {
  std::uint32_t parent = 0, nth = 0;
  friend bool operator==(const ActorName&, const ActorName&) = default;
};

class ActorTable final : public core::ActorNames {
 public:
  std::uint32_t actor(std::uint32_t parent, std::uint32_t nth) override {
    const std::size_t row = parent == core::kSetUp ? 0 : std::size_t{parent} + 1;
    if (row >= children_.size()) children_.resize(row + 1);
    auto& row_children = children_[row];
    if (nth >= row_children.size()) row_children.resize(nth + 1, kUnknown);
    std::uint32_t& number = row_children[nth];
    if (number == kUnknown) {
      number = count();
      names_.push_back({parent, nth});
      paths_.push_back(core::mix_hash(parent == core::kSetUp ? 0 : paths_[parent] + 1, nth));
    }
    return number;
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(names_.size()); }
  /// By number.
  const std::vector<ActorName>& names() const { return names_; }
  /// A name of `actor` that does not hang on the numbers of others.
  std::uint64_t path(std::uint32_t actor) const { return paths_[actor]; }
  /// Knows these and no others from now on.
  void assign(const std::vector<ActorName>& names) {
    children_.clear();
    names_.clear();
    paths_.clear();
    for (const ActorName& name : names) actor(name.parent, name.nth);
  }

 private:
  static constexpr std::uint32_t kUnknown = ~std::uint32_t{0};
  std::vector<std::vector<std::uint32_t>> children_;  ///< [0]: made at set-up
  std::vector<ActorName> names_;
  std::vector<std::uint64_t> paths_;  ///< by number
};

/// Whether of two lists of names, grown from one, one begins with the other: then whoever worked
/// with either gave everybody the same number.
inline bool agree(const std::vector<ActorName>& a, const std::vector<ActorName>& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace fencelab::analysis
