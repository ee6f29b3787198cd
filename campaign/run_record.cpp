#include "campaign/run_record.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "campaign/record_json.hpp"

namespace fencelab::campaign {

namespace {

nlohmann::json json_of(const std::vector<analysis::WaitEdge>& edges) {
  nlohmann::json json = nlohmann::json::array();
  for (const analysis::WaitEdge& edge : edges)
    json.push_back({edge.who, edge.kind, edge.holds, edge.on, edge.by, edge.on_cycle});
  return json;
}

std::vector<analysis::WaitEdge> edges_of(const nlohmann::json& json) {
  std::vector<analysis::WaitEdge> edges;
  for (const auto& edge : json)
    edges.push_back({edge[0], edge[1], edge[2], edge[3], edge[4], edge[5]});
  return edges;
}

}  // namespace

nlohmann::json json_of(const IncidentRecord& incident) {
  return {{"kind", incident.kind},
          {"signature", incident.signature},
          {"text", incident.text},
          {"json", incident.json},
          {"dot", incident.dot},
          {"members", incident.members},
          {"file", incident.place.file},
          {"line", incident.place.line},
          {"column", incident.place.column},
          {"pointer", incident.place.pointer},
          {"edges", json_of(incident.edges)}};
}

IncidentRecord incident_of(const nlohmann::json& json) {
  return {json.at("kind"),
          json.at("signature"),
          json.at("text"),
          json.at("json"),
          json.at("dot"),
          json.at("members"),
          {json.at("file"), json.at("line"), json.at("column"), json.at("pointer")},
          edges_of(json.at("edges"))};
}

nlohmann::json json_of(const RunFigures& figures) {
  return {{"makespan_ns", figures.makespan_ns},
          {"jobs_done", figures.jobs_done},
          {"jobs_lost", figures.jobs_lost},
          {"hazards", figures.hazards},
          {"allocation_failures", figures.allocation_failures}};
}

RunFigures figures_of(const nlohmann::json& json) {
  return {json.at("makespan_ns"), json.at("jobs_done"), json.at("jobs_lost"), json.at("hazards"),
          json.at("allocation_failures")};
}

nlohmann::json json_of(const analysis::DependencyRow& row) {
  return {row.consumer, row.producer, row.buffer,         row.policy,  row.rule,
          row.where,    row.needed,   row.count,          row.cost_ns, row.cost_max_ns,
          row.example,  row.start_ns, row.could_start_ns, row.done_ns};
}

namespace {

nlohmann::json json_of(const analysis::RunSeries& series) {
  nlohmann::json tracks = nlohmann::json::array();
  for (const analysis::SeriesTrack& track : series.tracks)
    tracks.push_back({track.kind, track.name, track.kib});
  return {series.bin_ns, tracks};
}

}  // namespace

std::string hazard_words(const HazardRecord& hazard) {
  return hazard.count < 2 ? hazard.text
                          : fmt::format("{} ({} of this class)", hazard.text, hazard.count);
}

std::string RunRecord::to_json() const {
  nlohmann::json incidents_json = nlohmann::json::array();
  for (const IncidentRecord& incident : incidents) incidents_json.push_back(json_of(incident));
  nlohmann::json dependencies_json = nlohmann::json::array();
  for (const auto& row : dependencies) dependencies_json.push_back(json_of(row));
  nlohmann::json hazards_json = nlohmann::json::array();
  for (const HazardRecord& hazard : hazards)
    hazards_json.push_back({{"incident", json_of(hazard)}, {"count", hazard.count}});
  nlohmann::json clients_json = nlohmann::json::array();
  for (const ClientRecord& client : clients) clients_json.push_back({client.name, client.values});
  nlohmann::json distributions_json = nlohmann::json::array();
  for (const DistributionRecord& each : distributions)
    distributions_json.push_back({each.name, each.count, each.ns});
  nlohmann::json record = {{"scenario", scenario},
                           {"stack", stack},
                           {"point", point},
                           {"file", file},
                           {"seed", seed},
                           {"status", status},
                           {"message", message},
                           {"verdict", verdict},
                           {"values", values},
                           {"incidents", incidents_json},
                           {"hazards", hazards_json},
                           {"dependencies", dependencies_json},
                           {"clients", clients_json},
                           {"engine_busy_ns", engine_busy_ns},
                           {"distributions", distributions_json},
                           {"series", json_of(series)},
                           {"broken_rules", broken_rules}};
  if (!trace_error.empty()) record["trace_error"] = trace_error;
  // A file's name may be any bytes; text of JSON may not.
  return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

RunFigures RunRecord::figures() const {
  const auto number = [this](const char* column) -> std::uint64_t {
    const auto found = values.find(column);
    return found == values.end() ? 0 : std::strtoull(found->second.c_str(), nullptr, 10);
  };
  return {number("makespan_ns"), number("jobs_done_count"), number("jobs_lost_count"),
          number("hazards_count"), number("allocation_failures_count")};
}

}  // namespace fencelab::campaign
