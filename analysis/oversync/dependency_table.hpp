// DependencyTable: who waited for whom, on which buffer, by which rule of which policy, needed or
// not, and what it cost: one row per kind of dependency, not per dependency.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/time.hpp"

namespace fencelab::analysis {

/// One kind of dependency, in words.
struct DependencyRow {
  std::string consumer, producer, buffer, policy, rule, where;
  bool needed = false;
  std::uint64_t count = 0;
  std::int64_t cost_ns = 0, cost_max_ns = 0;
  /// The costliest one (the first of equals): when the waiter began, when it could have begun, when
  /// what it waited for was done.
  std::string example;
  std::int64_t start_ns = 0, could_start_ns = 0, done_ns = 0;
};

class DependencyTable {
 public:
  /// What tells rows apart, as pointers and numbers: strings are made once per row.
  struct Key {
    const void* consumer = nullptr;
    const void* producer = nullptr;
    const void* buffer = nullptr;
    std::string_view rule;
    std::uint32_t where = 0;
    bool needed = false;
    bool operator==(const Key&) const = default;
  };
  /// The row of `key`, new if there is none; one row stands for all that are too many.
  template <class Describe>
  DependencyRow& row(const Key& key, Describe describe) {
    const auto found = rows_.find(key);
    if (found != rows_.end()) return found->second;
    if (rows_.size() >= kMaxRows) return key.needed ? rest_needed_ : rest_false_;
    DependencyRow made = describe();
    made.rule = std::string(key.rule);
    made.needed = key.needed;
    return rows_.emplace(key, std::move(made)).first->second;
  }
  /// The `most` costliest rows (then the most frequent ones); the others are summed up in one row
  /// for needed and one for false dependencies, whose names say how many they stand for.
  std::vector<DependencyRow> costliest(std::size_t most) const;

  /// Rows kept during a run.
  static constexpr std::size_t kMaxRows = 1 << 16;

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  std::unordered_map<Key, DependencyRow, Hash> rows_;  ///< sorted before anyone sees it
  DependencyRow rest_needed_, rest_false_;
};

}  // namespace fencelab::analysis
