// StuckList: what got stuck in a campaign, each class of it once per cell, with its drawing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/drawings.hpp"
#include "campaign/report/name_pool.hpp"
#include "campaign/run_record.hpp"

namespace fencelab::campaign {

class StuckList {
 public:
  /// Bounds of what a page holds; what is beyond is told as a number.
  static constexpr std::size_t kMostEntries = 3000, kMostDrawingBytes = std::size_t{8} << 20;

  void add(std::size_t cell, const RunRecord& run, Drawings& drawings);
  /// All runs of a point were added. Its cells are not shown unless it is `kept`.
  void end_point(bool kept);
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
  Entry* find(std::size_t cell, const IncidentRecord& incident);
  std::vector<Entry> entries_;   ///< those of a cell may lie between those of others of its point
  std::size_t point_begin_ = 0;  ///< where in `entries_` those of the present point begin
  NamePool svgs_;
  std::size_t drawing_bytes_ = 0, left_out_ = 0;
};

}  // namespace fencelab::campaign
