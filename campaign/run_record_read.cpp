// RunRecord::from_json(): apart, because tables of a hundred thousand runs read as many records,
// and most of the time goes here.
#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "campaign/record_json.hpp"

namespace fencelab::campaign {

namespace {

using Json = simdjson::dom::element;

std::string text_of(const Json& json) { return std::string(std::string_view(json)); }

/// The elements of an array, one after another.
class Reader {
 public:
  explicit Reader(const Json& json) : array_(json), at_(array_.begin()) {}
  Json next() {
    const Json element = *at_;
    ++at_;
    return element;
  }
  std::string text() { return text_of(next()); }
  std::int64_t integer() { return std::int64_t(next()); }
  std::uint64_t natural() { return std::uint64_t(next()); }

 private:
  simdjson::dom::array array_;
  simdjson::dom::array::iterator at_;
};

template <class Value, class Read>
std::vector<Value> list_of(const Json& json, Read read) {
  std::vector<Value> list;
  for (const Json element : simdjson::dom::array(json)) list.push_back(read(element));
  return list;
}

std::vector<std::uint64_t> naturals_of(const Json& json) {
  return list_of<std::uint64_t>(json, [](const Json& each) { return std::uint64_t(each); });
}

/// Incidents are rare: they are read as checks read them.
IncidentRecord incident_in(const Json& json) {
  return incident_of(nlohmann::json::parse(std::string(simdjson::minify(json))));
}

analysis::DependencyRow dependency_of(const Json& json) {
  Reader row(json);
  analysis::DependencyRow read;
  for (std::string* const text :
       {&read.consumer, &read.producer, &read.buffer, &read.policy, &read.rule, &read.where})
    *text = row.text();
  read.needed = bool(row.next());
  read.count = row.natural();
  read.cost_ns = row.integer();
  read.cost_max_ns = row.integer();
  read.example = row.text();
  read.start_ns = row.integer();
  read.could_start_ns = row.integer();
  read.done_ns = row.integer();
  return read;
}

analysis::RunSeries series_of(const Json& json) {
  Reader series(json);
  const std::int64_t bin_ns = series.integer();
  return {bin_ns, list_of<analysis::SeriesTrack>(series.next(), [](const Json& each) {
            Reader track(each);
            std::string kind = track.text(), name = track.text();
            return analysis::SeriesTrack{std::move(kind), std::move(name),
                                         naturals_of(track.next())};
          })};
}

void read_lists(const Json& json, RunRecord& record) {
  record.incidents = list_of<IncidentRecord>(json["incidents"], incident_in);
  record.hazards = list_of<HazardRecord>(json["hazards"], [](const Json& hazard) {
    return HazardRecord{incident_in(hazard["incident"]), std::uint64_t(hazard["count"])};
  });
  record.dependencies = list_of<analysis::DependencyRow>(json["dependencies"], dependency_of);
  record.clients = list_of<ClientRecord>(json["clients"], [](const Json& each) {
    Reader client(each);
    std::string name = client.text();
    return ClientRecord{std::move(name), list_of<std::string>(client.next(), text_of)};
  });
  // Records of earlier programs do not have them.
  Json found;
  if (json["trace_error"].get(found) == simdjson::SUCCESS) record.trace_error = text_of(found);
  if (json["series"].get(found) == simdjson::SUCCESS) record.series = series_of(found);
  if (json["distributions"].get(found) == simdjson::SUCCESS)
    record.distributions = list_of<DistributionRecord>(found, [](const Json& each) {
      Reader distribution(each);
      std::string name = distribution.text();
      const std::uint64_t count = distribution.natural();
      return DistributionRecord{std::move(name), count, naturals_of(distribution.next())};
    });
}

}  // namespace

RunRecord RunRecord::from_json(std::string_view text) {
  simdjson::dom::parser parser;
  const Json json = parser.parse(text.data(), text.size());
  RunRecord record;
  record.scenario = text_of(json["scenario"]);
  record.stack = text_of(json["stack"]);
  record.file = text_of(json["file"]);
  record.point = text_of(json["point"]);
  record.seed = std::uint64_t(json["seed"]);
  record.status = text_of(json["status"]);
  record.message = text_of(json["message"]);
  record.verdict = text_of(json["verdict"]);
  // Written in the order of a map, so each comes behind the last.
  for (const auto& [name, value] : simdjson::dom::object(json["values"]))
    record.values.emplace_hint(record.values.end(), name, std::string_view(value));
  for (const auto& [name, value] : simdjson::dom::object(json["engine_busy_ns"]))
    record.engine_busy_ns.emplace(name, double(value));
  for (const auto& [rule, words] : simdjson::dom::object(json["broken_rules"]))
    record.broken_rules.emplace(rule, text_of(words));
  read_lists(json, record);
  return record;
}

}  // namespace fencelab::campaign
