// The published JSON Schema of scenarios, as embedded at build time.
#pragma once

namespace fencelab::scenarios {

/// Text of scenarios/schema/scenario.schema.json, the single source of member names, types and
/// allowed values (`fencelab list schema` prints it for editors).
const char* scenario_schema_text();

}  // namespace fencelab::scenarios
