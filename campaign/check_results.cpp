#include "campaign/check_results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "analysis/explore/schedule_token.hpp"
#include "analysis/report/sequence_diagram.hpp"
#include "campaign/check_report.hpp"
#include "campaign/hazard_rules.hpp"
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

Json schedule_json(const Counterexample& way) {
  Json steps = Json::array();
  for (const analysis::ScheduleStep& step : analysis::schedule_of(way.steps))
    steps.push_back(analysis::step_text(step));
  return steps;
}

Json way_json(const Counterexample& way) {
  if (way.token.empty()) return {};
  Json steps = Json::array();
  for (const analysis::TakenStep& step : way.steps)
    steps.push_back({{"process", step.process},
                     {"operation", step.operation},
                     {"choice", text_or_null(step.choice)},
                     {"place", text_or_null(step.place)},
                     {"question", text_or_null(step.question)},
                     {"note", text_or_null(step.note)}});
  return {{"seed", way.seed},
          {"timers", way.timers},
          {"scenario_hash", way.scenario_hash},
          {"policies", way.policies},
          {"switches", way.switches},
          {"found_steps", way.found_steps},
          {"critical_step", way.critical ? Json(*way.critical + 1) : Json()},
          {"doomed_from_the_start", way.doomed},
          {"steps", steps}};
}

Json fixes_json(const std::vector<FixTrial>& fixes) {
  Json list = Json::array();
  for (const FixTrial& fix : fixes)
    list.push_back({{"change", fix.change},
                    {"alike", fix.alike},
                    {"set", fix.sets},
                    {"outcome", to_string(fix.outcome)},
                    {"strength", text_or_null(fix.strength)},
                    {"verdict", text_or_null(fix.verdict)},
                    {"core", text_or_null(fix.core)},
                    {"makespan_ns", fix.run.makespan_ns},
                    {"jobs_lost_count", fix.run.jobs_lost},
                    {"hazards_count", fix.run.hazards},
                    {"allocation_failures_count", fix.run.allocation_failures}});
  return list;
}

Json reduced_json(const ReducedScenario& reduced) {
  if (reduced.text.empty() && reduced.problem.empty()) return {};
  return {{"problem", text_or_null(reduced.problem)},
          {"file", text_or_null(reduced.file)},
          {"token", text_or_null(reduced.token)},
          {"without", reduced.removed},
          {"trials", reduced.trials}};
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
               {"token", text_or_null(finding.way.token)},
               {"schedule", schedule_json(finding.way)},
               {"counterexample", way_json(finding.way)},
               {"fixes_tried", finding.fixes_tried},
               {"fixes_free", finding.fixes_free},
               {"fixes_still_stuck", finding.fixes_stuck},
               {"fixes", fixes_json(finding.fixes)},
               {"reduced", reduced_json(finding.reduced)},
               {"text", finding.text}};
  if (find_hazard_rule(finding.kind)) json["count"] = finding.count;
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

Json livelock_json(const LivelockClaim& claim) {
  return {{"outcome", claim.outcome == LivelockClaim::Outcome::not_asked
                          ? Json()
                          : Json(to_string(claim.outcome))},
          {"states", claim.states},
          {"transitions", claim.transitions},
          {"bound", text_or_null(claim.bound)}};
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
          {"set", record.sets},
          {"seeds", record.seeds},
          {"status", record.status},
          {"message", text_or_null(record.message)},
          {"verdict", text_or_null(record.verdict)},
          {"strength_asked", to_string(judgement.asked)},
          {"strength", record.status == "ok" ? Json(to_string(record.strength)) : Json()},
          {"schedules", record.schedules},
          {"shortfall", text_or_null(record.shortfall)},
          {"work", work_json(record.work)},
          {"livelock", livelock_json(record.livelock)},
          {"wall_seconds", record.wall_seconds},
          {"result", result_word(record, judgement)},
          {"assumptions", record.assumptions},
          {"failures", failures},
          {"findings", findings}};
}

}  // namespace

std::string finding_stem(const CheckRecord& record, std::size_t finding) {
  return "deadlocks/" +
         file_stem(fmt::format("{}-{}{}{}", record.scenario, record.stack, kMark, finding + 1));
}

std::string check_json(const std::vector<CheckRecord>& records,
                       const std::vector<Judgement>& judgements, const std::string& build) {
  Json checks = Json::array();
  for (std::size_t i = 0; i < records.size(); ++i)
    checks.push_back(record_json(records[i], judgements[i]));
  const Json document = {
      {"schema_version", kCheckSchemaVersion}, {"build", build}, {"checks", checks}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

ReplayFile replay_of(const CheckRecord& record, const CheckFinding& finding,
                     const CheckOrigin& origin) {
  ReplayFile replay{record.file, record.stack, finding.way.token};
  replay.seed = finding.way.seed;
  replay.sets = record.sets;
  replay.timers = finding.way.timers;
  replay.program = origin.build;
  replay.scenario_hash = finding.way.scenario_hash;
  replay.policies = finding.way.policies;
  replay.fault = finding.signature;
  // Who goes round is not stuck: what is to be reached is the end of the round.
  if (!finding.rule.ends_with("livelock")) replay.core = finding.members;
  return replay;
}

/// Everything about one finding, in files that begin with `stem`.
void add_finding(const CheckRecord& record, const CheckFinding& finding, FindingStanding standing,
                 const CheckOrigin& origin, const std::string& stem, Drawings& drawings,
                 std::vector<OutputFile>& files) {
  add_report_files(stem, {finding_report(record, finding, standing), finding.json, finding.dot},
                   drawings, files);
  if (!finding.way.token.empty()) {
    files.push_back({stem + ".replay", replay_text(replay_of(record, finding, origin))});
    files.push_back(
        {stem + ".mmd",
         analysis::sequence_diagram(finding.way.steps,
                                    fmt::format("{} under {}", record.scenario, record.stack))});
  }
  if (finding.reduced.text.empty()) return;
  files.push_back({stem + ".min.json", finding.reduced.text});
  if (finding.reduced.token.empty()) return;
  ReplayFile replay{stem + ".min.json", finding.reduced.stack, finding.reduced.token};
  replay.seed = finding.way.seed;
  replay.timers = finding.way.timers;
  replay.program = origin.build;
  replay.fault = finding.signature;
  if (!finding.rule.ends_with("livelock")) replay.core = finding.reduced.core;
  files.push_back({stem + ".min.replay", replay_text(replay)});
}

}  // namespace

std::optional<std::string> write_check_results(const std::string& folder,
                                               const std::vector<CheckRecord>& records,
                                               const std::vector<Judgement>& judgements,
                                               const CheckOrigin& origin,
                                               const std::vector<OutputFile>& more,
                                               Drawings& drawings) {
  if (folder.empty()) return write_files(more);
  const std::string reports = folder + "/deadlocks";
  std::vector<OutputFile> files;
  for (std::size_t i = 0; i < records.size(); ++i)
    for (std::size_t n = 0; n < records[i].findings.size(); ++n)
      add_finding(records[i], records[i].findings[n], judgements[i].findings[n], origin,
                  folder + "/" + finding_stem(records[i], n), drawings, files);
  const bool made_folder = !files.empty() && ::access(reports.c_str(), F_OK) != 0;
  if (!files.empty())
    if (auto failure = make_directory(reports)) return failure;
  files.push_back({folder + "/check.json", check_json(records, judgements, origin.build)});
  files.insert(files.end(), more.begin(), more.end());
  auto failure = write_files(files);
  std::vector<std::string> paths;
  for (const OutputFile& file : files) paths.push_back(file.path);
  if (!failure) remove_old_reports(reports, kMark, paths);
  if (failure && made_folder) ::rmdir(reports.c_str());
  return failure;
}

}  // namespace fencelab::campaign
