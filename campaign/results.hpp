// The files of a campaign: runs.csv, compare.csv, dependencies.csv, clients.csv, hazards.txt and
// deadlocks/, together or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/comparison.hpp"
#include "campaign/drawings.hpp"
#include "campaign/files.hpp"
#include "campaign/run_record.hpp"

namespace fencelab::campaign {

class ResultFiles {
 public:
  /// Into `folder`, which exists; `build` says what made the runs.
  ResultFiles(std::string folder, std::string build);
  /// Unless published nothing stays.
  ~ResultFiles();
  ResultFiles(const ResultFiles&) = delete;
  ResultFiles& operator=(const ResultFiles&) = delete;

  /// The next run of a scenario point; all of these before those of another. An error message with
  /// the reason, or none.
  std::optional<std::string> add(const RunRecord& run);
  /// All runs of the point were added; `groups` are these.
  std::optional<std::string> end_point(const std::vector<RunGroup>& groups);
  /// Gives the files their names. What an earlier campaign left there and this one does not have
  /// (its deadlocks, its hazards, its report) is removed, so that the folder never shows two
  /// campaigns at once. On an error the folder is as it was.
  std::optional<std::string> publish();
  /// Adds report.html to the set.
  std::optional<std::string> add_report(const std::string& html);
  /// Those of the present point.
  Drawings& drawings() { return drawings_; }

 private:
  std::optional<std::string> begin();
  std::optional<std::string> add_incidents(const RunRecord& record);
  std::optional<std::string> make_deadlocks();
  std::string in_folder(const char* name) const { return folder_ + "/" + name; }
  std::string folder_, build_;
  StagedFiles files_;
  Drawings drawings_;
  bool begun_ = false, made_deadlocks_ = false, has_deadlocks_ = false, has_hazards_ = false,
       has_report_ = false;
};

/// All of it for runs at hand, which are of one scenario point.
std::optional<std::string> write_results(const std::string& folder,
                                         const std::vector<RunRecord>& records,
                                         const std::string& build);

}  // namespace fencelab::campaign
