// HazardLog: what was found wrong, by class: the same mistake in the next iteration, on the next
// image or in the next clone is counted, not told again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace fencelab::analysis {

enum class HazardKind : std::uint8_t {
  read_write_race,   ///< conflicting accesses that nothing orders
  write_write_race,  ///< the same, and both write
  absence,           ///< an access to memory that is freed, moved away or not bound
  undrawn,           ///< shown before it was drawn
  stale,             ///< shown after something newer, or drawn over
};

/// One mistake, and how often it was made.
struct HazardClass {
  HazardKind kind{};
  std::string signature;                    ///< equal in every run: no iterations, clones, images
  std::string text;                         ///< of the first one, in words
  std::vector<std::string> members;         ///< the operations that take part, e.g. "draw of game"
  std::uint32_t place = ~std::uint32_t{0};  ///< of the operation that should have waited
  std::uint64_t count = 0;
};

/// "game.2" is one of several games; classes are the same for all: "game".
std::string without_number(const std::string& name);

class HazardLog {
 public:
  /// What tells hazards apart, as pointers: words are made once for each.
  using Key = std::tuple<HazardKind, const void*, const void*, const void*>;
  /// Counts one; `describe()` makes a HazardClass the first time.
  template <class Describe>
  void add(const Key& key, Describe describe) {
    ++counts_[static_cast<std::size_t>(std::get<HazardKind>(key))];
    const auto found = known_.find(key);
    if (found != known_.end())
      ++classes_[found->second].count;
    else if (known_.size() < kMaxKeys)
      put(key, describe());
  }
  /// In the order in which they were found, at most kMaxClasses.
  const std::vector<HazardClass>& classes() const { return classes_; }
  /// All of them, whether a class was kept or not.
  std::uint64_t count(HazardKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

  static constexpr std::size_t kMaxClasses = 64, kMaxKeys = 4096;

 private:
  void put(const Key& key, HazardClass made);
  std::map<Key, std::size_t> known_;  ///< looked up, never iterated
  std::vector<HazardClass> classes_;
  std::uint64_t counts_[5] = {};
};

}  // namespace fencelab::analysis
