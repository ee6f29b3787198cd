// Checks the structure of a document against the published JSON Schema. valijson decides whether it
// is right; when it is not, a walk along the schema finds words for every mistake.
#pragma once

#include <string>

#include "scenarios/findings.hpp"
#include "scenarios/json_document.hpp"

namespace fencelab::scenarios {

/// The published schema, parsed.
const nlohmann::json& scenario_schema();

/// Whether `root` follows the schema, according to valijson.
bool follows_schema(const nlohmann::json& root);

/// What valijson has against a document.
struct SchemaObjection {
  std::string pointer;  ///< of the innermost value that it rejects
  std::string reason;   ///< in its own words
};

/// Why `root` does not follow the schema; only for documents whose long texts have been ruled out.
SchemaObjection deepest_objection(const nlohmann::json& root);

/// Finds words for the structural mistakes of the document, one per mistake, and notes misspelt
/// members. Quantities are left to whoever reads them.
void explain_by_schema(const nlohmann::json& root, FindingSink& sink, Spellings& spellings);

}  // namespace fencelab::scenarios
