#include "cli/campaign_tables.hpp"

#include "campaign/report/report_page.hpp"
#include "campaign/run_one.hpp"
#include "campaign/tables.hpp"
#include "cli/output.hpp"

namespace fencelab::cli {

CampaignTables::CampaignTables(std::string folder, bool has_report, bool has_oracle)
    : folder_(std::move(folder)),
      has_report_(has_report),
      has_oracle_(has_oracle),
      files_(folder_, campaign::build_description()) {
  say("{}", campaign::comparison_table_header(has_oracle));
}

void CampaignTables::add(const campaign::StoredRun& run) {
  groups_.add(run.record);
  if (!failure_) failure_ = files_.add(run.record);
  if (has_report_) report_.add(run, files_.drawings());
}

void CampaignTables::end_point(
    const std::function<std::string(const campaign::RunGroup&)>& judgement_of) {
  const std::vector<campaign::RunGroup> groups = groups_.take();
  const std::string judgement = judgement_of(groups.front());
  if (!failure_) failure_ = files_.end_point(groups);
  if (has_report_) report_.end_point(groups, judgement);
  say("{}", campaign::comparison_table_rows(groups, has_oracle_));
}

std::optional<std::string> CampaignTables::publish(std::uint64_t planned) {
  if (!failure_ && has_report_)
    failure_ = files_.add_report(campaign::report_page(report_.json(planned)));
  if (!failure_) failure_ = files_.publish();
  return failure_;
}

void CampaignTables::tell_files() {
  say("{0}/runs.csv\n{0}/compare.csv\n{0}/dependencies.csv\n{0}/clients.csv\n", folder_);
  if (has_report_) say("{}/report.html\n", folder_);
  warn_of_drawings(files_.drawings().problem());
}

}  // namespace fencelab::cli
