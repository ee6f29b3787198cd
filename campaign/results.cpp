#include "campaign/results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "campaign/clients.hpp"
#include "campaign/dependencies.hpp"
#include "campaign/report_files.hpp"
#include "campaign/tables.hpp"
#include "core/stable_hash.hpp"

namespace fencelab::campaign {

namespace {

std::string hazards_text(const RunRecord& record) {
  std::string text;
  for (const HazardRecord& hazard : record.hazards)
    text += fmt::format("{}{} under {} (seed {}): {}\n", record.scenario,
                        record.point.empty() ? "" : " [" + record.point + "]", record.stack,
                        record.seed, hazard_words(hazard));
  return text;
}

/// Points are told apart by a hash of their names, which may be long and of any letters.
std::string point_stem(const RunRecord& record) {
  if (record.point.empty()) return record.scenario;
  return fmt::format("{}-{:08x}", record.scenario,
                     static_cast<std::uint32_t>(core::stable_hash(record.point)));
}

}  // namespace

ResultFiles::ResultFiles(std::string folder, std::string build)
    : folder_(std::move(folder)), build_(std::move(build)) {}

ResultFiles::~ResultFiles() {
  files_.discard();
  if (made_deadlocks_) ::rmdir(in_folder("deadlocks").c_str());  // fails if something is in it
}

std::optional<std::string> ResultFiles::begin() {
  if (begun_) return std::nullopt;
  begun_ = true;
  if (auto failure = files_.append(in_folder("runs.csv"), runs_csv_header())) return failure;
  if (auto failure = files_.append(in_folder("compare.csv"), compare_csv_header())) return failure;
  if (auto failure = files_.append(in_folder("dependencies.csv"), dependencies_csv_header()))
    return failure;
  return files_.append(in_folder("clients.csv"), clients_csv_header());
}

std::optional<std::string> ResultFiles::make_deadlocks() {
  if (has_deadlocks_) return std::nullopt;
  has_deadlocks_ = true;
  const std::string folder = in_folder("deadlocks");
  made_deadlocks_ = ::access(folder.c_str(), F_OK) != 0;
  return make_directory(folder);
}

// Every incident in each of its forms.
std::optional<std::string> ResultFiles::add_incidents(const RunRecord& record) {
  if (record.incidents.empty()) return std::nullopt;
  if (auto failure = make_deadlocks()) return failure;
  for (std::size_t i = 0; i < record.incidents.size(); ++i) {
    const IncidentRecord& incident = record.incidents[i];
    const std::string name =
        fmt::format("{}-{}-seed{}-{}", point_stem(record), record.stack, record.seed, i + 1);
    std::vector<OutputFile> forms;
    add_report_files(in_folder("deadlocks") + "/" + file_stem(name),
                     {incident.text, incident.json, incident.dot}, drawings_, forms);
    for (const OutputFile& form : forms)
      if (auto failure = files_.append(form.path, form.text)) return failure;
  }
  return std::nullopt;
}

std::optional<std::string> ResultFiles::add(const RunRecord& run) {
  if (auto failure = begin()) return failure;
  if (auto failure = add_incidents(run)) return failure;
  const std::string hazards = hazards_text(run);
  has_hazards_ = has_hazards_ || !hazards.empty();
  if (!hazards.empty())
    if (auto failure = files_.append(in_folder("hazards.txt"), hazards)) return failure;
  if (auto failure = files_.append(in_folder("runs.csv"), runs_csv_row(run, build_)))
    return failure;
  if (auto failure = files_.append(in_folder("dependencies.csv"), dependencies_csv_rows(run)))
    return failure;
  return files_.append(in_folder("clients.csv"), clients_csv_rows(run));
}

std::optional<std::string> ResultFiles::end_point(const std::vector<RunGroup>& groups) {
  drawings_.forget();  // what another point draws is rarely the same
  return files_.append(in_folder("compare.csv"), compare_csv_rows(groups, {}));
}

std::optional<std::string> ResultFiles::add_report(const std::string& html) {
  if (auto failure = begin()) return failure;
  has_report_ = true;
  return files_.append(in_folder("report.html"), html);
}

std::optional<std::string> ResultFiles::publish() {
  if (auto failure = begin()) return failure;
  if (auto failure = files_.publish()) return failure;
  made_deadlocks_ = false;
  if (!has_hazards_) ::unlink(in_folder("hazards.txt").c_str());
  if (!has_report_) ::unlink(in_folder("report.html").c_str());
  remove_old_reports(in_folder("deadlocks"), "-seed", files_.paths());
  return std::nullopt;
}

std::optional<std::string> write_results(const std::string& folder,
                                         const std::vector<RunRecord>& records,
                                         const std::string& build) {
  ResultFiles files(folder, build);
  for (const RunRecord& record : records)
    if (auto failure = files.add(record)) return failure;
  if (auto failure = files.end_point(group_runs(records))) return failure;
  return files.publish();
}

}  // namespace fencelab::campaign
