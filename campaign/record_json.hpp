// How the parts that records have in common travel between processes.
#pragma once

#include <nlohmann/json.hpp>

#include "campaign/run_record.hpp"

namespace fencelab::campaign {

nlohmann::json json_of(const IncidentRecord& incident);
IncidentRecord incident_of(const nlohmann::json& json);

nlohmann::json json_of(const RunFigures& figures);
RunFigures figures_of(const nlohmann::json& json);

}  // namespace fencelab::campaign
