#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "scenarios/schema_check.hpp"

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

}  // namespace

bool follows_schema(const nlohmann::json& schema, const nlohmann::json& root) {
  using Adapter = valijson::adapters::NlohmannJsonAdapter;
  valijson::Schema compiled;
  valijson::SchemaParser().populateSchema(Adapter(schema), compiled);
  valijson::Validator validator;
  // Without a list of results it stops at the first mistake, before a pattern could see a text that
  // its length limit forbids (std::regex needs stack in proportion to the text).
  return validator.validate(compiled, Adapter(root), nullptr);
}

SchemaObjection deepest_objection(const nlohmann::json& schema, const nlohmann::json& root) {
  using Adapter = valijson::adapters::NlohmannJsonAdapter;
  valijson::Schema compiled;
  valijson::SchemaParser().populateSchema(Adapter(schema), compiled);
  valijson::Validator validator;
  valijson::ValidationResults results;
  validator.validate(compiled, Adapter(root), &results);
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
