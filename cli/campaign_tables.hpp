// The tables and the report of a campaign, written run by run, and the comparison on the terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/comparison.hpp"
#include "campaign/database/database.hpp"
#include "campaign/report/report_data.hpp"
#include "campaign/results.hpp"

namespace fencelab::cli {

class CampaignTables {
 public:
  /// Into `folder`. `has_oracle`: the terminal shows the ratio to oracle variants.
  CampaignTables(std::string folder, bool has_report, bool has_oracle);

  /// The next run of a scenario point; all of these before those of another.
  void add(const campaign::StoredRun& run);
  /// All runs of the point were added. `judgement_of` is asked for PointJudgement::to_json(), empty
  /// if nobody judged, by any run group of the point.
  void end_point(const std::function<std::string(const campaign::RunGroup&)>& judgement_of);
  /// Gives the files their names; `planned` runs were asked for. What went wrong, now or before:
  /// then nothing was written.
  std::optional<std::string> publish(std::uint64_t planned);
  /// Says which files there are, and what is missing in them.
  void tell_files();

 private:
  std::string folder_;
  bool has_report_, has_oracle_;
  campaign::ResultFiles files_;
  campaign::ReportData report_{{}};
  campaign::RunGroups groups_;
  std::optional<std::string> failure_;
};

}  // namespace fencelab::cli
