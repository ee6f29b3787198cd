// QuantileSketch: a log-linear histogram of non-negative integers. Bounded memory; a quantile is
// off by less than 1/64 of its value (and exact below 128).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace fencelab::analysis {

class QuantileSketch {
 public:
  void add(std::int64_t value) {
    const auto magnitude = static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
    const std::size_t bucket = bucket_of(magnitude);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
    ++count_;
    max_ = std::max(max_, magnitude);
    sum_ += magnitude;
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  std::uint64_t sum() const { return sum_; }

  /// Upper end of the bucket that holds the value of rank ceil(q * count), at most max(). 0 if
  /// empty.
  std::uint64_t quantile(std::uint32_t permille) const {
    if (count_ == 0) return 0;
    const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * permille + 999) / 1000);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen >= rank) return std::min(upper_end(bucket), max_);
    }
    return max_;
  }

 private:
  static constexpr unsigned kSubBits = 6;  // 64 buckets per power of two
  static std::size_t bucket_of(std::uint64_t value) {
    if (value < (1u << (kSubBits + 1))) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - (kSubBits + 1);
    return (static_cast<std::size_t>(shift) << kSubBits) + (value >> shift);
  }
  static std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < (1u << (kSubBits + 1))) return bucket;
    const std::size_t shift = (bucket >> kSubBits) - 1;
    const std::uint64_t base = (bucket & ((1u << kSubBits) - 1)) + (1u << kSubBits);
    return ((base + 1) << shift) - 1;
  }
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0, max_ = 0, sum_ = 0;
};

}  // namespace fencelab::analysis
