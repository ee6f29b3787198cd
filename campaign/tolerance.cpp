#include "campaign/tolerance.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "campaign/comparison.hpp"
#include "campaign/files.hpp"
#include "campaign/strict_reader.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::campaign {

namespace {

using scenarios::pointer_to;
using scenarios::quote;

bool fits(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

std::vector<std::string> watchable_metrics() {
  std::vector<std::string> names{std::string(kVerdictMetric)};
  for (const Column& column : columns())
    if (is_compared(column)) names.push_back(column.name);
  return names;
}

class Reader : public StrictReader {
 public:
  using StrictReader::StrictReader;

  Tolerance read() {
    Tolerance tolerance;
    if (!check_object(document_.root, "", {"format", "version", "rules"}, {}) ||
        !check_header("fencelab-tolerance", kToleranceVersion, "tolerance", ""))
      return tolerance;
    const auto& rules = document_.root["rules"];
    if (!rules.is_array()) {
      error("/rules", "bad-type", "this is no list", "a list of rules");
      return tolerance;
    }
    for (std::size_t i = 0; i < rules.size(); ++i)
      read_rule(rules[i], pointer_to("/rules", i), tolerance);
    return tolerance;
  }

 private:
  void read_rule(const nlohmann::json& json, const std::string& at, Tolerance& tolerance) {
    if (!check_object(json, at, {"metric"},
                      {"scenario", "point", "stack", "ignore", "relative", "absolute", "better"}))
      return;
    ToleranceRule rule;
    rule.metric = text(json, at, "metric");
    if (json.contains("scenario")) rule.scenario = text(json, at, "scenario");
    if (json.contains("point")) rule.point = text(json, at, "point");
    if (json.contains("stack")) rule.stack = text(json, at, "stack");
    rule.relative = amount(json, at, "relative");
    rule.absolute = amount(json, at, "absolute");
    if (json.contains("ignore")) {
      if (!json["ignore"].is_boolean())
        error(pointer_to(at, "ignore"), "bad-type", "\"ignore\" is neither true nor false",
              "true or false");
      else
        rule.ignore = json["ignore"].get<bool>();
    }
    if (json.contains("better")) rule.better = direction(json, at);
    check_metric(rule.metric, pointer_to(at, "metric"));
    tolerance.rules.push_back(std::move(rule));
  }

  double amount(const nlohmann::json& json, const std::string& at, const char* member) {
    if (!json.contains(member)) return 0;
    if (json[member].is_number() && json[member].get<double>() >= 0)
      return json[member].get<double>();
    error(pointer_to(at, member), "bad-type", "this is no amount",
          std::string(member) == "relative" ? "a number such as 0.05 (of the mean before)"
                                            : "a number in the unit of the metric, from 0");
    return 0;
  }

  std::optional<Better> direction(const nlohmann::json& json, const std::string& at) {
    const std::string word = text(json, at, "better");
    if (word == to_string(Better::less)) return Better::less;
    if (word == to_string(Better::more)) return Better::more;
    error(pointer_to(at, "better"), "unknown-name", "this is no direction", "\"less\" or \"more\"");
    return std::nullopt;
  }

  void check_metric(const std::string& pattern, const std::string& at) {
    const auto known = watchable_metrics();
    if (std::any_of(known.begin(), known.end(),
                    [&](const std::string& name) { return fits(pattern, name); }))
      return;
    error(at, "unknown-name", "no metric is called " + quote(pattern),
          "a number of runs.csv, \"verdict\", or a pattern with *",
          scenarios::did_you_mean(pattern, known));
  }
};

}  // namespace

Allowance Tolerance::allowance(const std::string& scenario, const std::string& point,
                               const std::string& stack, std::string_view metric) const {
  const std::string name(metric);
  Allowance allowance;
  allowance.better = metric == kVerdictMetric ? Better::more : better_of(metric);
  const auto rule = std::find_if(rules.rbegin(), rules.rend(), [&](const ToleranceRule& each) {
    return fits(each.metric, name) && fits(each.scenario, scenario) && fits(each.point, point) &&
           fits(each.stack, stack);
  });
  if (rule == rules.rend()) return allowance;
  if (rule->better) allowance.better = *rule->better;
  if (rule->ignore) allowance.better = Better::neither;
  allowance.relative = rule->relative;
  allowance.absolute = rule->absolute;
  return allowance;
}

scenarios::Loaded<Tolerance> parse_tolerance(std::string_view text, const std::string& file) {
  auto document = scenarios::parse_json(text, file);
  if (!document) return document.diagnostics();
  Reader reader(*document);
  Tolerance tolerance = reader.read();
  if (reader.errors.empty()) return tolerance;
  scenarios::sort_by_place(reader.errors);
  return std::move(reader.errors);
}

scenarios::Loaded<Tolerance> load_tolerance(const std::string& file) {
  const ReadFile read = read_file(file);
  if (read.error.empty()) return parse_tolerance(read.text, file);
  return std::vector{
      cannot_read(file, "the tolerance", read.error, "a file as the guide to campaigns shows")};
}

}  // namespace fencelab::campaign
