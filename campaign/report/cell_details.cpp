#include "campaign/report/cell_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "campaign/clients.hpp"

namespace fencelab::campaign {

namespace {

constexpr std::size_t kMostKinds = 20, kMostBuffers = 12, kMostClients = 24, kMostHazards = 40;
constexpr const char* kOthers = "(others)";

double number_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Reads "name bytes; name bytes". Names may have blanks.
template <class Use>
void for_each_amount(const std::string& text, Use use) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("; ", at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t blank = part.rfind(' ');
    if (blank != std::string::npos) use(part.substr(0, blank), number_of(part.substr(blank + 1)));
    at = end + 2;
  }
}

std::string words_of(const SourcePlace& place) {
  return place.line == 0 ? place.file
                         : fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

/// Where report_client_columns() stand in a record.
const std::vector<std::size_t>& client_places() {
  static const std::vector<std::size_t> kPlaces = [] {
    std::vector<std::size_t> places;
    for (const std::string& column : report_client_columns())
      places.push_back(static_cast<std::size_t>(
          std::find(client_columns().begin(), client_columns().end(), column) -
          client_columns().begin()));
    return places;
  }();
  return kPlaces;
}

std::string series_json(const RunRecord& run, NamePool& names) {
  const auto values = [](const std::vector<std::uint64_t>& kib) {
    const bool is_same =
        std::adjacent_find(kib.begin(), kib.end(), std::not_equal_to<>()) == kib.end();
    return is_same ? json_of(kib.front()) : json_list(kib);
  };
  return fmt::format("[{},{},{}]", run.seed, run.series.bin_ns,
                     json_list(run.series.tracks, [&](const analysis::SeriesTrack& track) {
                       return fmt::format("[{},{},{},{}]", json_of(track.kind),
                                          names.number_of(track.name), values(track.kib),
                                          track.kib.size());
                     }));
}

}  // namespace

const std::vector<std::string>& report_client_columns() {
  static const std::vector<std::string> kColumns = {
      "jobs_done_count",    "jobs_lost_count",       "gpu_time_ns",
      "gpu_share_ratio",    "cycles_per_second",     "job_latency_mean_ns",
      "job_latency_max_ns", "queue_depth_max_count", "priority_inversion_ns"};
  return kColumns;
}

void DependencySums::add(Sum& sum, const Sum& more) {
  sum.needed += more.needed;
  sum.unneeded += more.unneeded;
  sum.cost_ns += more.cost_ns;
}

void DependencySums::add(const std::vector<std::size_t>& words,
                         const analysis::DependencyRow& row) {
  Sum& sum = sums_[words];
  sum.words = words;
  add(sum, {{}, row.needed ? row.count : 0, row.needed ? 0 : row.count, row.cost_ns});
}

std::string DependencySums::json(std::size_t most, std::size_t others) const {
  std::vector<Sum> list;
  for (const auto& [words, sum] : sums_) list.push_back(sum);
  std::stable_sort(list.begin(), list.end(), [](const Sum& a, const Sum& b) {
    return std::pair(a.cost_ns, a.unneeded) > std::pair(b.cost_ns, b.unneeded);
  });
  if (list.size() > most + 1) {
    Sum rest;
    rest.words.assign(list.front().words.size(), others);
    for (std::size_t i = most; i < list.size(); ++i) add(rest, list[i]);
    list.resize(most);
    list.push_back(std::move(rest));
  }
  return json_list(list, [](const Sum& sum) {
    std::string words;
    for (const std::size_t word : sum.words) words += fmt::format("{},", word);
    return fmt::format("[{}{},{},{}]", words, sum.needed, sum.unneeded, sum.cost_ns);
  });
}

void AmountSums::add(const std::string& text) {
  ++runs_;
  for_each_amount(text, [&](const std::string& name, double bytes) {
    auto known = std::find_if(amounts_.begin(), amounts_.end(),
                              [&](const auto& each) { return each.first == name; });
    if (known == amounts_.end()) known = amounts_.insert(known, {name, 0});
    known->second = is_mean_ ? known->second + bytes : std::max(known->second, bytes);
  });
}

std::string AmountSums::json(NamePool& names) const {
  auto amounts = amounts_;
  std::erase_if(amounts, [](const auto& each) { return each.second == 0; });
  return json_list(amounts, [&](const auto& each) {
    return fmt::format("[{},{}]", names.number_of(each.first),
                       json_of(is_mean_ ? each.second / runs_ : each.second));
  });
}

void CellDetails::add(const RunRecord& run, NamePool& names) {
  add_dependencies(run, names);
  add_clients(run);
  add_distributions(run);
  add_hazards(run);
  const auto add_amounts = [&](const char* column, AmountSums& amounts) {
    if (const auto found = run.values.find(column); found != run.values.end())
      amounts.add(found->second);
  };
  add_amounts("peak_bytes_by_pool", pools_);
  add_amounts("moved_bytes_by_link", links_);
  if (series_ == "null" && !run.series.tracks.empty()) series_ = series_json(run, names);
}

void CellDetails::add_to(JsonObject& cell, NamePool& names) const {
  JsonObject places;
  places.add("pools", pools_.json(names)).add("links", links_.json(names));
  cell.add("dependencies", dependencies_json(names))
      .add("clients", clients_json(names))
      .add("places", places.text())
      .add("distributions", distributions_json())
      .add("series", series_)
      .add("hazards", hazards_json(names));
}

void CellDetails::add_dependencies(const RunRecord& run, NamePool& names) {
  for (const analysis::DependencyRow& row : run.dependencies) {
    const auto number = [&](const std::string& name) { return names.number_of(name); };
    const std::size_t buffer = number(row.buffer), rule = number(row.rule),
                      policy = number(row.policy);
    rules_.add({rule, policy}, row);
    buffers_.add({buffer}, row);
    kinds_.add(
        {number(row.where), number(row.consumer), number(row.producer), buffer, policy, rule}, row);
  }
}

std::string CellDetails::dependencies_json(NamePool& names) const {
  const std::size_t others = names.number_of(kOthers);
  return JsonObject()
      .add("rules", rules_.json(1000, others))
      .add("buffers", buffers_.json(kMostBuffers, others))
      .add("kinds", kinds_.json(kMostKinds, others))
      .text();
}

void CellDetails::add_clients(const RunRecord& run) {
  const std::vector<std::size_t>& places = client_places();
  for (const ClientRecord& client : run.clients) {
    auto sum = std::find_if(clients_.begin(), clients_.end(),
                            [&](const ClientSums& known) { return known.name == client.name; });
    if (sum == clients_.end()) {
      if (clients_.size() == kMostClients) continue;
      sum = clients_.insert(clients_.end(), {client.name, std::vector<double>(places.size(), 0),
                                             std::vector<std::size_t>(places.size(), 0)});
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] >= client.values.size() || client.values[places[i]].empty()) continue;
      sum->sums[i] += number_of(client.values[places[i]]);
      ++sum->counts[i];
    }
  }
}

std::string CellDetails::clients_json(NamePool& names) const {
  return json_list(clients_, [&](const ClientSums& sum) {
    std::string means;
    for (std::size_t i = 0; i < sum.sums.size(); ++i)
      means += (i ? "," : "") + (sum.counts[i] == 0
                                     ? std::string("null")
                                     : json_of(sum.sums[i] / static_cast<double>(sum.counts[i])));
    return fmt::format("[{},[{}]]", names.number_of(sum.name), means);
  });
}

void CellDetails::add_distributions(const RunRecord& run) {
  for (const DistributionRecord& each : run.distributions) {
    if (each.ns.size() != kDistributionPermilles.size()) continue;
    Distribution& sum = distributions_[each.name];
    sum.times += each.count;
    ++sum.runs;
    for (std::size_t i = 0; i < each.ns.size(); ++i) sum.ns[i] += static_cast<double>(each.ns[i]);
  }
}

std::string CellDetails::distributions_json() const {
  JsonObject json;
  for (const auto& [name, sum] : distributions_) {
    const auto runs = static_cast<double>(sum.runs);
    json.add(name, fmt::format("[{},{}]", sum.times, json_list(sum.ns, [&](double ns) {
                                 return json_of(std::round(ns / runs));
                               })));
  }
  return json.text();
}

void CellDetails::add_hazards(const RunRecord& run) {
  for (const HazardRecord& hazard : run.hazards) {
    HazardClass& known = hazards_[{hazard.kind, hazard.signature}];
    if (known.runs++ == 0)
      known = {hazard.kind, "hazard", hazard.text, words_of(hazard.place), 0, 1};
    known.times += hazard.count;
  }
  for (const auto& [rule, text] : run.broken_rules) {
    HazardClass& known = hazards_[{rule, ""}];
    if (known.runs++ == 0) known = {rule, "context", text, "", 0, 1};
    ++known.times;
  }
}

std::string CellDetails::hazards_json(NamePool& names) const {
  std::vector<HazardClass> list;
  for (const auto& [key, known] : hazards_)
    if (list.size() < kMostHazards) list.push_back(known);
  return json_list(list, [&](const HazardClass& each) {
    return fmt::format("[{},{},{},{},{},{}]", names.number_of(each.rule), json_of(each.kind),
                       names.number_of(each.text), each.times, each.runs,
                       names.number_of(each.place));
  });
}

}  // namespace fencelab::campaign
