// How full and how busy things were over a run, as it is stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fencelab::analysis {

/// A track of a run's series, as it is stored.
struct SeriesTrack {
  std::string kind;  ///< "pool": KiB in use, the most of each bin; "link": KiB moved in each bin
  std::string name;
  std::vector<std::uint64_t> kib;  ///< one per bin
};

/// Tracks that share their bins, the first of which begins with the run.
struct RunSeries {
  std::int64_t bin_ns = 0;
  std::vector<SeriesTrack> tracks;
};

}  // namespace fencelab::analysis
