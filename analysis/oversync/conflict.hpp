// Conflicts between accesses: overlapping bytes of one buffer, at least one of the two writes.
#pragma once

#include <cstdint>
#include <vector>

#include "models/gpu/access.hpp"

namespace fencelab::analysis {

/// Whether `a` and `b` touch overlapping bytes of one buffer and one of them writes.
inline bool conflict(const models::Access& a, const models::Access& b) {
  return a.buffer == b.buffer && (a.write || b.write) && a.begin < b.end && b.begin < a.end;
}

/// Whether two lists do; tries all pairs.
bool conflict(const models::AccessList& a, const models::AccessList& b);

/// One list of accesses asked about many others: each question takes as long as the other list,
/// however long its own is.
class ConflictIndex {
 public:
  /// From here on questions are about `accesses`, which stays as it is meanwhile.
  void reset(const models::AccessList& accesses);
  /// The first access of `others` that conflicts with one of them; none: nullptr.
  const models::Access* find(const models::AccessList& others);

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  void mark();
  const models::AccessList* own_ = nullptr;
  bool marked_ = false;
  std::vector<std::uint32_t> first_;  ///< by Buffer::index: first of own_ on it, plus `epoch_`
  std::vector<std::uint64_t> epoch_of_;
  std::vector<std::uint32_t> next_;  ///< by position in own_: the next one on the same buffer
  std::uint64_t epoch_ = 0;
};

}  // namespace fencelab::analysis
