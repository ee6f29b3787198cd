#include "campaign/check_results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "campaign/check_report.hpp"
#include "campaign/replay_file.hpp"
#include "campaign/report_files.hpp"

namespace fencelab::campaign {

namespace {

using Json = nlohmann::ordered_json;

/// Part of the name of each report, so that those of `run` in the same folder are left alone.
constexpr const char* kMark = "-check-";

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json place_json(const SourcePlace& place) {
  Json json = {{"file", place.file}};
  if (place.line > 0) json["line"] = place.line;
  if (place.line > 0) json["column"] = place.column;
  if (!place.pointer.empty()) json["pointer"] = place.pointer;
  return json;
}

Json finding_json(const CheckRecord& record, const CheckFinding& finding,
                  FindingStanding standing) {
  Json json = {{"rule", finding.rule},
               {"kind", finding.kind},
               {"class", finding.signature},
               {"class_fingerprint", class_fingerprint(baseline_key(record, finding))},
               {"state", to_string(finding.state)},
               {"standing", to_string(standing)},
               {"place", place_json(finding.place)},
               {"members", finding.members},
               {"token", text_or_null(finding.token)},
               {"schedule", finding.schedule},
               {"text", finding.text}};
  if (!finding.json.empty()) json["details"] = Json::parse(finding.json, nullptr, false);
  return json;
}

Json work_json(const CheckWork& work) {
  const auto count = [](const auto& value) { return value ? Json(*value) : Json(); };
  return {{"executions", work.executions},
          {"states", count(work.states)},
          {"blocked", count(work.blocked)},
          {"depth", count(work.depth)},
          {"bounds_hit", work.bounds_hit}};
}

Json record_json(const CheckRecord& record, const Judgement& judgement) {
  Json findings = Json::array(), failures = Json::array();
  for (std::size_t i = 0; i < record.findings.size(); ++i)
    findings.push_back(finding_json(record, record.findings[i], judgement.findings[i]));
  for (const CheckFailure& failure : judgement.failures)
    failures.push_back({{"rule", failure.rule}, {"message", failure.message}});
  return {{"scenario", record.scenario},
          {"stack", record.stack},
          {"file", record.file},
          {"seeds", record.seeds},
          {"status", record.status},
          {"message", text_or_null(record.message)},
          {"verdict", text_or_null(record.verdict)},
          {"strength_asked", to_string(judgement.asked)},
          {"strength", record.status == "ok" ? Json(to_string(record.strength)) : Json()},
          {"schedules", record.schedules},
          {"shortfall", text_or_null(record.shortfall)},
          {"work", work_json(record.work)},
          {"wall_seconds", record.wall_seconds},
          {"result", result_word(record, judgement)},
          {"assumptions", record.assumptions},
          {"failures", failures},
          {"findings", findings}};
}

}  // namespace

std::string check_json(const std::vector<CheckRecord>& records,
                       const std::vector<Judgement>& judgements, const std::string& build) {
  Json checks = Json::array();
  for (std::size_t i = 0; i < records.size(); ++i)
    checks.push_back(record_json(records[i], judgements[i]));
  const Json document = {
      {"schema_version", kCheckSchemaVersion}, {"build", build}, {"checks", checks}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<std::string> write_check_results(const std::string& folder,
                                               const std::vector<CheckRecord>& records,
                                               const std::vector<Judgement>& judgements,
                                               const std::string& build,
                                               const std::vector<OutputFile>& more) {
  if (folder.empty()) return write_files(more);
  const std::string reports = folder + "/deadlocks";
  std::vector<OutputFile> files;
  for (std::size_t i = 0; i < records.size(); ++i)
    for (std::size_t n = 0; n < records[i].findings.size(); ++n) {
      const CheckFinding& finding = records[i].findings[n];
      const std::string name =
          fmt::format("{}-{}{}{}", records[i].scenario, records[i].stack, kMark, n + 1);
      add_report_files(reports + "/" + file_stem(name),
                       {finding_report(records[i], finding, judgements[i].findings[n]),
                        finding.json, finding.dot},
                       files);
      if (!finding.token.empty())
        files.push_back({reports + "/" + file_stem(name) + ".replay",
                         replay_text({records[i].file, records[i].stack, finding.token})});
    }
  const bool made_folder = !files.empty() && ::access(reports.c_str(), F_OK) != 0;
  if (!files.empty())
    if (auto failure = make_directory(reports)) return failure;
  files.push_back({folder + "/check.json", check_json(records, judgements, build)});
  files.insert(files.end(), more.begin(), more.end());
  auto failure = write_files(files);
  if (!failure) remove_old_reports(reports, kMark, files);
  if (failure && made_folder) ::rmdir(reports.c_str());
  return failure;
}

}  // namespace fencelab::campaign
