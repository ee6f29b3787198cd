// DirectTable: values by id. Small ids, which objects that live for the whole run have, are looked
// up by position; all others by hash. What it hands out stays where it is.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

namespace fencelab::analysis {

template <class T>
class DirectTable {
 public:
  T& operator[](std::uint64_t id) {
    if (id >= kDirect) return others_[id];
    if (id >= direct_.size()) direct_.resize(id + 1);
    return direct_[id];
  }
  const T* find(std::uint64_t id) const {
    if (id < kDirect) return id < direct_.size() ? &direct_[id] : nullptr;
    const auto found = others_.find(id);
    return found == others_.end() ? nullptr : &found->second;
  }
  /// It has its first value again.
  void reset(std::uint64_t id) {
    if (id >= kDirect)
      others_.erase(id);
    else if (id < direct_.size())
      direct_[id] = T{};
  }

 private:
  static constexpr std::uint64_t kDirect = 1 << 14;
  std::deque<T> direct_;
  std::unordered_map<std::uint64_t, T> others_;
};

}  // namespace fencelab::analysis
