// Who waited for whom, and what it cost: dependencies.csv and a few lines for the terminal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// Kinds of dependencies that a run reports one by one; what is beyond is summed up.
inline constexpr std::size_t kDependencyRows = 100;

/// Version of the columns of dependencies.csv.
inline constexpr int kDependenciesSchemaVersion = 2;  // 2: the column `point`

/// One row per run and kind of dependency, the costliest first in each run.
std::string dependencies_csv_header();
std::string dependencies_csv_rows(const RunRecord& record);

/// The costliest false dependencies of many runs, of a scenario point under a stack over its seeds.
class CostlyDependencies {
 public:
  void add(const RunRecord& record);
  /// All runs of a scenario point were added.
  void end_point();
  /// At most `most` lines and one that says how much more there is; empty if none cost anything.
  std::string words(std::size_t most = 5) const;

 private:
  struct Kind {
    std::int64_t cost_ns = 0;
    std::uint64_t count = 0, runs = 0;
  };
  static constexpr std::size_t kMostKinds = 10'000;
  std::vector<std::pair<std::string, Kind>> costliest_first() const;
  void drop_cheapest();
  std::map<std::string, Kind> kinds_;  ///< by words
  std::int64_t dropped_ns_ = 0;
  std::size_t dropped_ = 0;
};

/// The part of docs/reference/columns.md about dependencies.csv.
std::string dependencies_markdown();

}  // namespace fencelab::campaign
