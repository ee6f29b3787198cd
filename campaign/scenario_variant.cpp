#include "campaign/scenario_variant.hpp"

#include <algorithm>

#include "campaign/files.hpp"
#include "scenarios/json_document.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/stack_words.hpp"

namespace fencelab::campaign {

std::optional<nlohmann::json> document_of(const std::string& file,
                                          const std::vector<std::string>& sets,
                                          const scenarios::DocumentLimits& limits) {
  const ReadFile read = read_file(file);
  if (!read.error.empty()) return std::nullopt;
  auto document = scenarios::parse_json(read.text, file, limits);
  if (!document) return std::nullopt;
  for (const std::string& set : sets)
    if (!scenarios::apply_set(document.value(), set).empty()) return std::nullopt;
  return std::move(document.value().root);
}

std::unique_ptr<ScenarioVariant> variant_of(const nlohmann::json& document, const std::string& file,
                                            const std::string& stack,
                                            const ScenarioReading& reading,
                                            const std::vector<std::string>& sets) {
  const std::string text = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  auto scenario = scenarios::load_scenario(text, file, reading.names, sets, reading.limits);
  if (!scenario) return nullptr;
  auto resolved = scenarios::resolve_stack(
      *scenario, scenarios::parse_stack(stack, scenario->stacks).stack, reading.registry);
  if (!resolved) return nullptr;
  return std::make_unique<ScenarioVariant>(
      ScenarioVariant{std::move(scenario).value(), std::move(resolved).value()});
}

}  // namespace fencelab::campaign
