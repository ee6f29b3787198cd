#include "campaign/results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "campaign/dependencies.hpp"
#include "campaign/files.hpp"
#include "campaign/report_files.hpp"
#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

/// Every incident in each of its forms.
void add_incidents(const std::string& folder, const std::vector<RunRecord>& records,
                   std::vector<OutputFile>& files) {
  for (const RunRecord& record : records)
    for (std::size_t i = 0; i < record.incidents.size(); ++i) {
      const IncidentRecord& incident = record.incidents[i];
      const std::string name =
          fmt::format("{}-{}-seed{}-{}", record.scenario, record.stack, record.seed, i + 1);
      add_report_files(folder + "/" + file_stem(name), {incident.text, incident.json, incident.dot},
                       files);
    }
}

std::string hazards_text(const std::vector<RunRecord>& records) {
  std::string text;
  for (const RunRecord& record : records)
    for (const HazardRecord& hazard : record.hazards)
      text += fmt::format("{} under {} (seed {}): {}\n", record.scenario, record.stack, record.seed,
                          hazard_words(hazard));
  return text;
}

void remove_leftovers(const std::string& folder, const std::vector<OutputFile>& files) {
  const std::string hazards = folder + "/hazards.txt";
  const bool has_hazards = std::any_of(
      files.begin(), files.end(), [&](const OutputFile& file) { return file.path == hazards; });
  if (!has_hazards) ::unlink(hazards.c_str());
  remove_old_reports(folder + "/deadlocks", "-seed", files);
}

}  // namespace

std::optional<std::string> write_results(const std::string& folder,
                                         const std::vector<RunRecord>& records,
                                         const std::string& build) {
  const std::string deadlocks = folder + "/deadlocks";
  std::vector<OutputFile> files;
  add_incidents(deadlocks, records, files);
  const bool made_folder = !files.empty() && ::access(deadlocks.c_str(), F_OK) != 0;
  if (!files.empty())
    if (auto failure = make_directory(deadlocks)) return failure;
  const std::string hazards = hazards_text(records);
  if (!hazards.empty()) files.push_back({folder + "/hazards.txt", hazards});
  files.push_back({folder + "/runs.csv", runs_csv(records, build)});
  files.push_back({folder + "/compare.csv", compare_csv(records)});
  files.push_back({folder + "/dependencies.csv", dependencies_csv(records)});
  auto failure = write_files(files);
  if (!failure) remove_leftovers(folder, files);
  if (failure && made_folder) ::rmdir(deadlocks.c_str());
  return failure;
}

}  // namespace fencelab::campaign
