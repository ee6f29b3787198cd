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

  /// The next scenario point. `judgement` is PointJudgement::to_json(), empty if nobody judged.
  void add(const StoredPoint& point, const std::string& judgement, Drawings& drawings);
  /// The same where `groups` are group_runs() of its records.
  void add(const StoredPoint& point, const std::vector<RunGroup>& groups,
           const std::string& judgement, Drawings& drawings);
  /// `planned` runs were asked for.
  std::string json(std::uint64_t planned) const;

 private:
  void add_cell(const StoredPoint& point, const std::vector<RunGroup>& groups,
                const RunGroup& group);
  void add_runs(const RunGroup& group);
  CompareOptions options_;
  NamePool names_, stacks_;
  std::set<std::string> builds_;
  std::vector<std::string> points_, cells_;  ///< an object each
  EstimateTable estimates_;
  StuckList stuck_;
  std::vector<std::vector<std::string>> values_;  ///< of run_metrics(): per cell, a list or one
  std::uint64_t runs_ = 0, failed_ = 0, cells_left_out_ = 0;
};

}  // namespace fencelab::campaign
