// BinnedSeries: levels and amounts over a run of unknown length, in a bounded number of bins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fencelab::analysis {

/// Bins begin narrow; when time goes beyond the last one, each two become one, twice as wide. All
/// times are ns since the run began and never go back.
class BinnedSeries {
 public:
  static constexpr std::size_t kBins = 48;

  /// `levels` tracks keep what a level was at most in each bin, `amounts` tracks what came together
  /// in it.
  BinnedSeries(std::size_t levels, std::size_t amounts)
      : now_(levels, 0), levels_(levels), amounts_(amounts) {}

  /// The level of a track is `value` from `at` on.
  void set_level(std::size_t track, std::int64_t at, std::uint64_t value);
  /// `amount` came evenly from `from` to `to`.
  void add_amount(std::size_t track, std::int64_t from, std::int64_t to, std::uint64_t amount);
  /// The run is over: levels lasted until then. What is later is cut off.
  void finish(std::int64_t end);

  std::int64_t bin_ns() const { return bin_ns_; }
  const std::vector<std::uint64_t>& level(std::size_t track) const { return levels_[track]; }
  const std::vector<std::uint64_t>& amount(std::size_t track) const { return amounts_[track]; }

 private:
  std::size_t bin_of(std::int64_t at) const { return static_cast<std::size_t>(at / bin_ns_); }
  void reach(std::int64_t at);
  void halve();
  std::int64_t bin_ns_ = 1000, at_ = 0;
  std::size_t bins_ = 1;            ///< in use
  std::vector<std::uint64_t> now_;  ///< level of each track
  std::vector<std::vector<std::uint64_t>> levels_, amounts_;
};

}  // namespace fencelab::analysis
