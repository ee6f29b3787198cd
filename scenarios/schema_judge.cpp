#include <memory>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "scenarios/schema_check.hpp"
#include "scenarios/schema_text.hpp"

namespace fencelab::scenarios {

namespace {

// valijson writes the way to a value as "<root>", "[member]", "[3]".
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i) {
    const std::string& step = context[i];
    const bool is_bracketed = step.size() >= 2 && step.front() == '[' && step.back() == ']';
    pointer = pointer_to(pointer, is_bracketed ? step.substr(1, step.size() - 2) : step);
  }
  return pointer;
}

using Adapter = valijson::adapters::NlohmannJsonAdapter;

std::unique_ptr<const valijson::Schema> compile_schema() {
  auto schema = std::make_unique<valijson::Schema>();
  valijson::SchemaParser().populateSchema(Adapter(scenario_schema()), *schema);
  return schema;
}

// Compiling takes longer than checking a scenario; the result never changes.
const valijson::Schema& compiled_schema() {
  static const std::unique_ptr<const valijson::Schema> kSchema = compile_schema();
  return *kSchema;
}

// It keeps the patterns that it has compiled, which takes half of the time of checking a small
// scenario; nothing else.
valijson::Validator& validator() {
  thread_local valijson::Validator kept;
  return kept;
}

}  // namespace

const nlohmann::json& scenario_schema() {
  static const nlohmann::json kSchema = nlohmann::json::parse(scenario_schema_text());
  return kSchema;
}

bool follows_schema(const nlohmann::json& root) {
  // Without a list of results it stops at the first mistake, before a pattern could see a text that
  // its length limit forbids (std::regex needs stack in proportion to the text).
  return validator().validate(compiled_schema(), Adapter(root), nullptr);
}

SchemaObjection deepest_objection(const nlohmann::json& root) {
  valijson::ValidationResults results;
  validator().validate(compiled_schema(), Adapter(root), &results);
  SchemaObjection objection;
  valijson::ValidationResults::Error error;
  std::size_t deepest = 0;
  while (results.popError(error)) {
    if (error.context.size() <= deepest) continue;
    deepest = error.context.size();
    objection.pointer = pointer_of(error.context);
    objection.reason = error.description;
  }
  return objection;
}

}  // namespace fencelab::scenarios
