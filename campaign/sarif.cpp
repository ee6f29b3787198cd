#include "campaign/sarif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/explore/schedule_token.hpp"
#include "campaign/check_report.hpp"
#include "campaign/check_rules.hpp"
#include "core/assert.hpp"

namespace fencelab::campaign {

namespace {

using Json = nlohmann::ordered_json;

Json rules_json() {
  Json rules = Json::array();
  for (const CheckRule& rule : check_rules())
    rules.push_back({{"id", rule.id},
                     {"name", rule.id},
                     {"shortDescription", {{"text", rule.title}}},
                     {"fullDescription", {{"text", rule.help}}},
                     {"help", {{"text", rule.help}}},
                     {"defaultConfiguration", {{"level", "error"}}}});
  return rules;
}

std::size_t rule_index(const std::string& id) {
  const auto& rules = check_rules();
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const CheckRule& rule) { return rule.id == id; });
  FENCELAB_ASSERT(found != rules.end(), "rule {} is not in the table", id);
  return static_cast<std::size_t>(found - rules.begin());
}

/// Where the scenario speaks of a stack: its expectation, its definition, or the first line.
SourcePlace place_of_stack(const scenarios::Scenario& scenario, const std::string& stack) {
  const auto from = [&](const scenarios::Place& place) {
    return SourcePlace{scenario.file, place.line, place.column, place.pointer};
  };
  const auto expected = scenario.expect.find(stack);
  if (expected != scenario.expect.end() && expected->second.place.line > 0)
    return from(expected->second.place);
  for (const scenarios::StackSpec& spec : scenario.stacks)
    if (spec.name == stack && spec.place.line > 0) return from(spec.place);
  return {scenario.file, 1, 1, ""};
}

class Writer {
 public:
  explicit Writer(const SarifOptions& options) : options_(options) {}
  Json results = Json::array();

  void add(const scenarios::Scenario& scenario, const CheckRecord& record,
           const Judgement& judgement) {
    for (const CheckFailure& failure : judgement.failures) {
      const CheckFinding* finding = failure.finding ? &record.findings[*failure.finding] : nullptr;
      add_result(scenario, record, failure.rule, failure.message, finding,
                 FindingStanding::failure);
    }
    for (std::size_t i = 0; i < record.findings.size(); ++i)
      if (judgement.findings[i] == FindingStanding::warning)
        add_result(scenario, record, record.findings[i].rule,
                   fmt::format("{} under {}: nothing says that it may: {}", record.scenario,
                               record.stack, record.findings[i].signature),
                   &record.findings[i], FindingStanding::warning);
    for (std::size_t i = 0; i < record.findings.size(); ++i)
      if (judgement.findings[i] == FindingStanding::accepted)
        add_result(scenario, record, record.findings[i].rule,
                   fmt::format("{} under {}: accepted by the baseline: {}", record.scenario,
                               record.stack, record.findings[i].signature),
                   &record.findings[i], FindingStanding::accepted);
  }

 private:
  Json location(const SourcePlace& place) const {
    Json physical = {
        {"artifactLocation",
         {{"uri", file_uri(place.file, options_.folder)}, {"uriBaseId", "%SRCROOT%"}}}};
    if (physical["artifactLocation"]["uri"].get<std::string>().starts_with("file:"))
      physical["artifactLocation"].erase("uriBaseId");
    if (place.line > 0) {
      physical["region"] = {{"startLine", place.line}};
      if (place.column > 0) physical["region"]["startColumn"] = place.column;
    }
    Json json = {{"physicalLocation", physical}};
    if (!place.pointer.empty())
      json["logicalLocations"] = Json::array({{{"fullyQualifiedName", place.pointer}}});
    return json;
  }

  Json code_flow(const CheckFinding& finding) const {
    Json steps = Json::array();
    for (const analysis::TakenStep& taken : finding.way.steps) {
      const std::size_t colon = taken.place.rfind(':');
      SourcePlace place{finding.place.file, 0, 0, ""};
      if (colon != std::string::npos)
        place.line = static_cast<std::uint32_t>(std::strtoul(&taken.place[colon + 1], nullptr, 10));
      Json step = location(place);
      step["message"] = {{"text", analysis::step_text(analysis::schedule_of({taken}).front())}};
      steps.push_back({{"executionOrder", steps.size() + 1}, {"location", step}});
    }
    return {{"threadFlows", Json::array({{{"locations", steps}}})}};
  }

  void add_result(const scenarios::Scenario& scenario, const CheckRecord& record,
                  const std::string& rule, const std::string& message, const CheckFinding* finding,
                  FindingStanding standing) {
    const bool accepted = standing == FindingStanding::accepted;
    SourcePlace place = place_of_stack(scenario, record.stack);
    if (finding && finding->place.line > 0) place = finding->place;
    std::string text = message;
    if (finding) text += "\n\n" + finding_report(record, *finding, standing);
    const BaselineKey key{record.scenario, record.stack, rule, finding ? finding->signature : ""};
    Json result = {{"ruleId", rule},
                   {"ruleIndex", rule_index(rule)},
                   {"level", accepted                               ? "note"
                             : standing == FindingStanding::warning ? "warning"
                                                                    : "error"},
                   {"message", {{"text", text}}},
                   {"locations", Json::array({location(place)})},
                   {"partialFingerprints", {{"fencelabClass/v1", class_fingerprint(key)}}}};
    if (options_.has_baseline) result["baselineState"] = accepted ? "unchanged" : "new";
    if (accepted) result["suppressions"] = Json::array({{{"kind", "external"}}});
    if (finding && !finding->way.steps.empty())
      result["codeFlows"] = Json::array({code_flow(*finding)});
    results.push_back(std::move(result));
  }

  const SarifOptions& options_;
};

}  // namespace

std::string file_uri(const std::string& file, const std::string& folder) {
  namespace fs = std::filesystem;
  const fs::path absolute = (fs::path(folder) / file).lexically_normal();
  const fs::path relative = absolute.lexically_relative(fs::path(folder).lexically_normal());
  const bool is_below = !relative.empty() && *relative.begin() != "..";
  std::string uri = is_below ? "" : "file://";
  for (const char c : is_below ? relative.generic_string() : absolute.generic_string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

std::string sarif_text(const std::vector<const scenarios::Scenario*>& scenarios,
                       const std::vector<CheckRecord>& records,
                       const std::vector<Judgement>& judgements, const SarifOptions& options) {
  Writer writer(options);
  for (std::size_t i = 0; i < records.size(); ++i)
    writer.add(*scenarios[i], records[i], judgements[i]);
  const Json driver = {{"name", "Fencelab"}, {"version", options.version}, {"rules", rules_json()}};
  const Json run = {{"tool", {{"driver", driver}}},
                    {"columnKind", "utf16CodeUnits"},
                    {"results", writer.results}};
  const Json document = {{"$schema",
                          "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                          "sarif-schema-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", Json::array({run})}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fencelab::campaign
