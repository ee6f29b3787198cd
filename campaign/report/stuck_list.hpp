// StuckList: what got stuck in a campaign, each class of it once per cell, with its drawing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "campaign/comparison.hpp"
#include "campaign/drawings.hpp"
#include "campaign/report/name_pool.hpp"

namespace fencelab::campaign {

class StuckList {
 public:
  /// Bounds of what a page holds; what is beyond is told as a number.
  static constexpr std::size_t kMostEntries = 3000, kMostDrawingBytes = std::size_t{8} << 20;

  void add_cell(std::size_t cell, const RunGroup& group, Drawings& drawings);
  /// {"entries": [{cell, kind, class, seed, runs, seeds, place, text, drawing}], "drawings": [svg],
  /// "left_out": n}. `drawing` is an index or null; texts are numbers of `names`.
  std::string json(NamePool& names) const;

 private:
  struct Entry {
    std::size_t cell = 0;
    std::string kind, signature, text, place;
    std::uint64_t seed = 0;
    std::size_t runs = 0;
    std::optional<std::size_t> drawing;
  };
  std::optional<std::size_t> draw(const std::string& dot, Drawings& drawings);
  std::vector<Entry> entries_;
  NamePool svgs_;
  std::size_t drawing_bytes_ = 0, left_out_ = 0;
};

}  // namespace fencelab::campaign
