#include "campaign/check_record.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kStates = {"none", "confirmed", "refuted", "open"};

Json json_of(const CheckFinding& finding) {
  return {{"rule", finding.rule},
          {"kind", finding.kind},
          {"signature", finding.signature},
          {"state", static_cast<int>(finding.state)},
          {"text", finding.text},
          {"json", finding.json},
          {"dot", finding.dot},
          {"file", finding.place.file},
          {"line", finding.place.line},
          {"column", finding.place.column},
          {"pointer", finding.place.pointer},
          {"members", finding.members},
          {"token", finding.token},
          {"schedule", finding.schedule}};
}

CheckFinding finding_of(const Json& json) {
  CheckFinding finding;
  json.at("rule").get_to(finding.rule);
  json.at("kind").get_to(finding.kind);
  json.at("signature").get_to(finding.signature);
  finding.state = static_cast<CheckFinding::State>(json.at("state").get<int>());
  json.at("text").get_to(finding.text);
  json.at("json").get_to(finding.json);
  json.at("dot").get_to(finding.dot);
  json.at("file").get_to(finding.place.file);
  json.at("line").get_to(finding.place.line);
  json.at("column").get_to(finding.place.column);
  json.at("pointer").get_to(finding.place.pointer);
  json.at("members").get_to(finding.members);
  json.at("token").get_to(finding.token);
  json.at("schedule").get_to(finding.schedule);
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

std::string strength_word(const CheckRecord& record) {
  if (record.strength == Strength::explored) return fmt::format("explored({})", record.schedules);
  return std::string(to_string(record.strength));
}

std::string CheckRecord::to_json() const {
  Json all = Json::array();
  for (const CheckFinding& finding : findings) all.push_back(json_of(finding));
  const Json record = {{"scenario", scenario},
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
                       {"wall_seconds", wall_seconds},
                       {"assumptions", assumptions},
                       {"findings", all},
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
  json.at("wall_seconds").get_to(record.wall_seconds);
  json.at("assumptions").get_to(record.assumptions);
  for (const Json& finding : json.at("findings")) record.findings.push_back(finding_of(finding));
  json.at("violations").get_to(record.violations);
  json.at("fingerprint").get_to(record.fingerprint);
  return record;
}

}  // namespace fencelab::campaign
