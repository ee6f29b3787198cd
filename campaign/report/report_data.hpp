// ReportData: a campaign as the data of report.html: columns of JSON, a number per cell (a stack at
// a scenario point), which the page draws and computes nothing new from.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "campaign/comparison.hpp"
#include "campaign/database/database.hpp"
#include "campaign/drawings.hpp"
#include "campaign/report/cell_details.hpp"
#include "campaign/report/estimate_table.hpp"
#include "campaign/report/name_pool.hpp"
#include "campaign/report/stuck_list.hpp"

namespace fencelab::campaign {

class ReportData {
 public:
  /// Version of the data; the page refuses others.
  static constexpr int kFormat = 1;
  /// Cells that a page can show; what is beyond is in the tables only, and the page says so.
  static constexpr std::size_t kMostCells = 4000;

  /// `options.metrics` are those that the page shows first; it has all.
  explicit ReportData(CompareOptions options) : options_(std::move(options)) {}

  /// The next run of a scenario point; all of these before those of another.
  void add(const StoredRun& run, Drawings& drawings);
  /// All runs of the point were added; `groups` are these. `judgement` is
  /// PointJudgement::to_json(), empty if nobody judged.
  void end_point(const std::vector<RunGroup>& groups, const std::string& judgement);
  /// `planned` runs were asked for.
  std::string json(std::uint64_t planned) const;

 private:
  /// A stack at the point whose runs are being added.
  struct Cell {
    std::string stack;
    std::string command;  ///< JSON
    std::string failure;  ///< the first message of a run that failed
    CellDetails details;
  };
  void add_cell(const Cell& cell, const std::vector<RunGroup>& groups, const RunGroup& group);
  void add_runs(const RunGroup& group);
  CompareOptions options_;
  NamePool names_, stacks_;
  std::set<std::string> builds_;
  std::vector<std::string> points_, cells_;  ///< an object each
  std::vector<Cell> open_;                   ///< in the order of the groups
  EstimateTable estimates_;
  StuckList stuck_;
  std::vector<std::vector<std::string>> values_;  ///< of run_metrics(): per cell, a list or one
  std::uint64_t runs_ = 0, failed_ = 0, cells_left_out_ = 0;
};

}  // namespace fencelab::campaign
