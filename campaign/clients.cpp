#include "campaign/clients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

using Client = analysis::ClientMetrics::Client;

struct ClientColumn {
  const char* name;
  const char* unit;
  const char* meaning;
  std::function<std::string(const Client&, core::Time)> value;
};

std::string over(double part, double whole) {
  return whole > 0 ? fmt::format("{:.9g}", part / whole) : std::string();
}

double seconds(core::Time end) {
  return static_cast<double>(end.time_since_epoch().count()) * 1e-9;
}

std::string mean(const analysis::ClientMetrics::Spread& spread) {
  if (spread.count == 0) return "";
  return std::to_string(spread.sum / static_cast<std::int64_t>(spread.count));
}

std::string when_any(const analysis::ClientMetrics::Spread& spread, std::int64_t ns) {
  return spread.count == 0 ? std::string() : std::to_string(ns);
}

const std::vector<ClientColumn>& table() {
  static const std::vector<ClientColumn> kTable = {
      {"jobs_submitted_count", "count", "GPU jobs submitted",
       [](const Client& c, core::Time) { return std::to_string(c.submitted); }},
      {"jobs_done_count", "count", "of these, done without error",
       [](const Client& c, core::Time) { return std::to_string(c.done); }},
      {"jobs_lost_count", "count", "of these, ended with an error",
       [](const Client& c, core::Time) { return std::to_string(c.lost); }},
      {"gpu_time_ns", "ns", "time that engines executed its jobs",
       [](const Client& c, core::Time) { return std::to_string(c.gpu_time); }},
      {"gpu_share_ratio", "ratio", "the same over makespan_ns",
       [](const Client& c, core::Time end) {
         return over(static_cast<double>(c.gpu_time) * 1e-9, seconds(end));
       }},
      {"priority_inversion_ns", "ns",
       "time that engines and workers executed something less urgent than its work, which could "
       "have run there",
       [](const Client& c, core::Time) { return std::to_string(c.held_up); }},
      {"cycles_count", "count", "rounds of the outermost loops of its threads",
       [](const Client& c, core::Time) { return std::to_string(c.cycles.count); }},
      {"cycles_per_second", "1/s", "the same over makespan_ns",
       [](const Client& c, core::Time end) {
         return over(static_cast<double>(c.cycles.count), seconds(end));
       }},
      {"cycle_min_ns", "ns", "shortest of these rounds",
       [](const Client& c, core::Time) { return when_any(c.cycles, c.cycles.least); }},
      {"cycle_mean_ns", "ns", "mean of these rounds",
       [](const Client& c, core::Time) { return mean(c.cycles); }},
      {"cycle_max_ns", "ns", "longest of these rounds",
       [](const Client& c, core::Time) { return when_any(c.cycles, c.cycles.most); }},
      {"job_latency_min_ns", "ns", "shortest time from submit to done of a job",
       [](const Client& c, core::Time) { return when_any(c.latency, c.latency.least); }},
      {"job_latency_mean_ns", "ns", "mean time from submit to done of a job",
       [](const Client& c, core::Time) { return mean(c.latency); }},
      {"job_latency_max_ns", "ns", "longest time from submit to done of a job",
       [](const Client& c, core::Time) { return when_any(c.latency, c.latency.most); }},
      {"queue_depth_mean", "count", "jobs submitted and not done, averaged over makespan_ns",
       [](const Client& c, core::Time end) {
         return fmt::format("{:.9g}", analysis::ClientMetrics::mean_depth(c, end));
       }},
      {"queue_depth_max_count", "count", "most jobs submitted and not done",
       [](const Client& c, core::Time) { return std::to_string(c.depth_most); }}};
  return kTable;
}

}  // namespace

std::vector<std::string> client_values(const Client& client, core::Time end) {
  std::vector<std::string> values;
  for (const ClientColumn& column : table()) values.push_back(column.value(client, end));
  return values;
}

const std::vector<std::string>& client_columns() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const ClientColumn& column : table()) names.emplace_back(column.name);
    return names;
  }();
  return kNames;
}

const std::string* find_metric(const RunRecord& record, const std::string& metric) {
  const std::size_t at = metric.find('@');
  if (at == std::string::npos) {
    const auto found = record.values.find(metric);
    return found == record.values.end() ? nullptr : &found->second;
  }
  const auto& columns = client_columns();
  const auto column = std::find(columns.begin(), columns.end(), metric.substr(0, at));
  const auto row = std::find_if(
      record.clients.begin(), record.clients.end(),
      [&](const ClientRecord& client) { return client.name == metric.substr(at + 1); });
  if (column == columns.end() || row == record.clients.end()) return nullptr;
  return &row->values[static_cast<std::size_t>(column - columns.begin())];
}

std::string clients_csv_header() {
  return fmt::format("scenario,point,stack,seed,client,{}\n", fmt::join(client_columns(), ","));
}

std::string clients_csv_rows(const RunRecord& record) {
  std::string csv;
  for (const ClientRecord& client : record.clients)
    csv += fmt::format("{},{},{},{},{},{}\n", csv_field(record.scenario), csv_field(record.point),
                       csv_field(record.stack), record.seed, csv_field(client.name),
                       fmt::join(client.values, ","));
  return csv;
}

std::string clients_markdown() {
  std::string page =
      "\n# Columns of clients.csv\n\n"
      "One row per run and process that submitted a job or went round a loop. An expectation or a "
      "relation names one of them as column@process, a clone as column@process.2.\n\n"
      "| column | unit | meaning |\n|---|---|---|\n"
      "| scenario | text | name of the scenario |\n| point | text | of its sweep |\n"
      "| stack | text | name of the stack |\n"
      "| seed | count | seed of the run |\n| client | text | name of the process |\n";
  for (const ClientColumn& column : table())
    page += fmt::format("| {} | {} | {} |\n", column.name, column.unit, column.meaning);
  return page;
}

}  // namespace fencelab::campaign
