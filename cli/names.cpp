#include "cli/names.hpp"

#include <fmt/format.h>

#include "campaign/check_rules.hpp"
#include "campaign/clients.hpp"
#include "campaign/columns.hpp"
#include "campaign/plugins/plugins.hpp"
#include "policies/registry.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const campaign::Column& column : campaign::columns())
    if (column.unit != "text") names.push_back(column.name);
  for (const std::string& column : campaign::client_columns()) names.push_back(column + "@");
  return names;
}

std::string suggestion(const std::string& name, std::vector<std::string> more) {
  std::vector<std::string> known = metric_names();
  known.insert(known.end(), more.begin(), more.end());
  const auto registry = campaign::known_policies();
  for (const auto& preset : policies::presets()) known.push_back(preset.name);
  for (const auto& policy : registry.policies()) known.push_back(policy.name);
  for (const auto& axis : policies::axes()) known.push_back(axis.name);
  for (const auto& rule : campaign::check_rules()) known.push_back(rule.id);
  const std::string hint = scenarios::did_you_mean(name, known);
  return hint.empty() ? hint : "; " + hint;
}

}  // namespace fencelab::cli
