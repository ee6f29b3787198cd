#include "campaign/run_record.hpp"

#include <nlohmann/json.hpp>

namespace fencelab::campaign {

std::string RunRecord::to_json() const {
  nlohmann::json incidents_json = nlohmann::json::array();
  for (const IncidentRecord& incident : incidents)
    incidents_json.push_back({{"kind", incident.kind},
                              {"signature", incident.signature},
                              {"text", incident.text},
                              {"json", incident.json},
                              {"dot", incident.dot},
                              {"members", incident.members},
                              {"file", incident.place.file},
                              {"line", incident.place.line},
                              {"column", incident.place.column},
                              {"pointer", incident.place.pointer}});
  const nlohmann::json record = {{"scenario", scenario},
                                 {"stack", stack},
                                 {"file", file},
                                 {"seed", seed},
                                 {"status", status},
                                 {"message", message},
                                 {"verdict", verdict},
                                 {"values", values},
                                 {"incidents", incidents_json},
                                 {"hazards", hazards},
                                 {"engine_busy_ns", engine_busy_ns}};
  // A file's name may be any bytes; text of JSON may not.
  return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

RunRecord RunRecord::from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  RunRecord record;
  json.at("scenario").get_to(record.scenario);
  json.at("stack").get_to(record.stack);
  json.at("file").get_to(record.file);
  json.at("seed").get_to(record.seed);
  json.at("status").get_to(record.status);
  json.at("message").get_to(record.message);
  json.at("verdict").get_to(record.verdict);
  json.at("values").get_to(record.values);
  json.at("hazards").get_to(record.hazards);
  json.at("engine_busy_ns").get_to(record.engine_busy_ns);
  for (const auto& incident : json.at("incidents"))
    record.incidents.push_back({incident.at("kind"),
                                incident.at("signature"),
                                incident.at("text"),
                                incident.at("json"),
                                incident.at("dot"),
                                incident.at("members"),
                                {incident.at("file"), incident.at("line"), incident.at("column"),
                                 incident.at("pointer")}});
  return record;
}

}  // namespace fencelab::campaign
