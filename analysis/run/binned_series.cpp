#include "analysis/run/binned_series.hpp"

#include <algorithm>

namespace fencelab::analysis {

void BinnedSeries::halve() {
  const auto fold = [](std::vector<std::uint64_t>& bins, auto together) {
    for (std::size_t i = 0; i < bins.size(); i += 2)
      bins[i / 2] = i + 1 < bins.size() ? together(bins[i], bins[i + 1]) : bins[i];
    bins.resize((bins.size() + 1) / 2);
  };
  for (auto& track : levels_)
    fold(track, [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
  for (auto& track : amounts_) fold(track, [](std::uint64_t a, std::uint64_t b) { return a + b; });
  bins_ = (bins_ + 1) / 2;
  bin_ns_ *= 2;
}

// Levels stay as they were up to `at`.
void BinnedSeries::reach(std::int64_t at) {
  at_ = std::max(at_, at);
  while (bin_of(at_) >= kBins) halve();
  bins_ = std::max(bins_, bin_of(at_) + 1);
  for (std::size_t track = 0; track < levels_.size(); ++track)
    levels_[track].resize(bins_, now_[track]);
  for (auto& track : amounts_) track.resize(bins_, 0);
}

void BinnedSeries::set_level(std::size_t track, std::int64_t at, std::uint64_t value) {
  reach(at);
  now_[track] = value;
  std::uint64_t& most = levels_[track][bin_of(at_)];
  most = std::max(most, value);
}

void BinnedSeries::add_amount(std::size_t track, std::int64_t from, std::int64_t to,
                              std::uint64_t amount) {
  reach(to);
  const std::int64_t length = to - from;
  std::uint64_t given = 0;
  for (std::size_t bin = bin_of(from); bin <= bin_of(to); ++bin) {
    const std::int64_t end = std::min(to, static_cast<std::int64_t>(bin + 1) * bin_ns_);
    const double part =
        length > 0 ? static_cast<double>(end - from) / static_cast<double>(length) : 1.0;
    const auto until =
        end == to ? amount : static_cast<std::uint64_t>(static_cast<double>(amount) * part);
    amounts_[track][bin] += until - given;
    given = until;
  }
}

void BinnedSeries::finish(std::int64_t end) {
  reach(end);
  bins_ = std::min(bins_, bin_of(end) + 1);
  for (auto& track : levels_) track.resize(bins_);
  for (auto& track : amounts_) track.resize(bins_);
}

}  // namespace fencelab::analysis
