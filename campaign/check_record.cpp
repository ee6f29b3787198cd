#include "campaign/check_record.hpp"

#include <fmt/format.h>

#include <array>

#include "campaign/record_json.hpp"

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kStates = {"none", "confirmed", "refuted", "open"};
constexpr std::array<std::string_view, 9> kOutcomes = {
    "proved", "explored", "predicted", "observed", "worse", "recovers", "other", "same", "failed"};

Json json_of(const analysis::TakenStep& step) {
  return {step.process, step.operation, step.choice, step.place, step.note, step.question};
}

Json json_of(const Counterexample& way) {
  Json steps = Json::array();
  for (const analysis::TakenStep& step : way.steps) steps.push_back(json_of(step));
  return {{"token", way.token},
          {"seed", way.seed},
          {"timers", way.timers},
          {"scenario_hash", way.scenario_hash},
          {"policies", way.policies},
          {"steps", steps},
          {"switches", way.switches},
          {"found_steps", way.found_steps},
          {"critical", way.critical ? Json(*way.critical) : Json()},
          {"doomed", way.doomed}};
}

Counterexample way_of(const Json& json) {
  Counterexample way{json.at("token"),
                     json.at("seed"),
                     json.at("timers"),
                     json.at("scenario_hash"),
                     json.at("policies"),
                     {},
                     0,
                     0,
                     {},
                     false};
  for (const Json& step : json.at("steps"))
    way.steps.push_back({step[0], step[1], step[2], step[3], step[4], step[5]});
  json.at("switches").get_to(way.switches);
  json.at("found_steps").get_to(way.found_steps);
  if (!json.at("critical").is_null()) way.critical = json.at("critical").get<std::uint32_t>();
  json.at("doomed").get_to(way.doomed);
  return way;
}

// Fixes and smaller scenarios are found later, in the process that prints them.
Json json_of(const CheckFinding& finding) {
  Json json = json_of(static_cast<const IncidentRecord&>(finding));
  json["count"] = finding.count;
  json["rule"] = finding.rule;
  json["state"] = static_cast<int>(finding.state);
  json["way"] = json_of(finding.way);
  return json;
}

CheckFinding finding_of(const Json& json) {
  CheckFinding finding;
  static_cast<IncidentRecord&>(finding) = incident_of(json);
  json.at("count").get_to(finding.count);
  json.at("rule").get_to(finding.rule);
  finding.state = static_cast<CheckFinding::State>(json.at("state").get<int>());
  finding.way = way_of(json.at("way"));
  return finding;
}

Json json_of(const std::optional<std::uint64_t>& count) { return count ? Json(*count) : Json(); }

std::optional<std::uint64_t> count_of(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<std::uint64_t>());
}

}  // namespace

std::string_view to_string(CheckFinding::State state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::string_view to_string(LivelockClaim::Outcome outcome) {
  constexpr std::array<std::string_view, 5> kWords = {"-", "free", "open", "soft", "hard"};
  return kWords[static_cast<std::size_t>(outcome)];
}

std::string_view to_string(FixTrial::Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

std::string strength_word(const CheckRecord& record) {
  if (record.strength == Strength::explored) return fmt::format("explored({})", record.schedules);
  return std::string(to_string(record.strength));
}

std::string CheckRecord::to_json() const {
  Json all = Json::array();
  for (const CheckFinding& finding : findings) all.push_back(json_of(finding));
  const Json record = {
      {"scenario", scenario},
      {"stack", stack},
      {"file", file},
      {"seeds", seeds},
      {"status", status},
      {"message", message},
      {"verdict", verdict},
      {"strength", static_cast<int>(strength)},
      {"schedules", schedules},
      {"shortfall", shortfall},
      {"executions", work.executions},
      {"states", json_of(work.states)},
      {"blocked", json_of(work.blocked)},
      {"depth", json_of(work.depth)},
      {"bounds_hit", work.bounds_hit},
      {"livelock",
       {static_cast<int>(livelock.outcome), livelock.states, livelock.transitions, livelock.bound}},
      {"wall_seconds", wall_seconds},
      {"assumptions", assumptions},
      {"findings", all},
      {"run", json_of(run)},
      {"hazards", hazards},
      {"violations", violations},
      {"fingerprint", fingerprint}};
  // A file's name may be any bytes; text of JSON may not.
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

CheckRecord CheckRecord::from_json(const std::string& text) {
  const Json json = Json::parse(text);
  CheckRecord record;
  json.at("scenario").get_to(record.scenario);
  json.at("stack").get_to(record.stack);
  json.at("file").get_to(record.file);
  json.at("seeds").get_to(record.seeds);
  json.at("status").get_to(record.status);
  json.at("message").get_to(record.message);
  json.at("verdict").get_to(record.verdict);
  record.strength = static_cast<Strength>(json.at("strength").get<int>());
  json.at("schedules").get_to(record.schedules);
  json.at("shortfall").get_to(record.shortfall);
  json.at("executions").get_to(record.work.executions);
  record.work.states = count_of(json.at("states"));
  record.work.blocked = count_of(json.at("blocked"));
  record.work.depth = count_of(json.at("depth"));
  json.at("bounds_hit").get_to(record.work.bounds_hit);
  const Json& livelock = json.at("livelock");
  record.livelock = {static_cast<LivelockClaim::Outcome>(livelock[0].get<int>()), livelock[1],
                     livelock[2], livelock[3]};
  json.at("wall_seconds").get_to(record.wall_seconds);
  json.at("assumptions").get_to(record.assumptions);
  for (const Json& finding : json.at("findings")) record.findings.push_back(finding_of(finding));
  record.run = figures_of(json.at("run"));
  json.at("hazards").get_to(record.hazards);
  json.at("violations").get_to(record.violations);
  json.at("fingerprint").get_to(record.fingerprint);
  return record;
}

}  // namespace fencelab::campaign
