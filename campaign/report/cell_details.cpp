#include "campaign/report/cell_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>

#include "campaign/clients.hpp"
#include "campaign/report/json_text.hpp"

namespace fencelab::campaign {

namespace {

constexpr std::size_t kMostKinds = 20, kMostBuffers = 12, kMostClients = 24, kMostHazards = 40;
constexpr const char* kOthers = "(others)";

double number_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// ---------------------------------------------------------------- dependencies

struct DependencySum {
  std::vector<std::size_t> words;
  std::uint64_t needed = 0, unneeded = 0;
  std::int64_t cost_ns = 0;

  void add(const DependencySum& more) {
    needed += more.needed;
    unneeded += more.unneeded;
    cost_ns += more.cost_ns;
  }
};

class DependencySums {
 public:
  void add(std::vector<std::size_t> words, const analysis::DependencyRow& row) {
    DependencySum& sum = sums_[words];
    sum.words = std::move(words);
    sum.add({{}, row.needed ? row.count : 0, row.needed ? 0 : row.count, row.cost_ns});
  }
  /// Costliest first, then the most frequent false ones; at most `most` and a row for the others.
  std::vector<DependencySum> first(std::size_t most, std::size_t others) const {
    std::vector<DependencySum> list;
    for (const auto& [words, sum] : sums_) list.push_back(sum);
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return std::pair(a.cost_ns, a.unneeded) > std::pair(b.cost_ns, b.unneeded);
    });
    if (list.size() <= most + 1) return list;
    DependencySum rest;
    rest.words.assign(list.front().words.size(), others);
    for (std::size_t i = most; i < list.size(); ++i) rest.add(list[i]);
    list.resize(most);
    list.push_back(std::move(rest));
    return list;
  }

 private:
  std::map<std::vector<std::size_t>, DependencySum> sums_;
};

std::string json_of_sums(const std::vector<DependencySum>& sums) {
  return json_list(sums, [](const DependencySum& sum) {
    std::string words;
    for (const std::size_t word : sum.words) words += fmt::format("{},", word);
    return fmt::format("[{}{},{},{}]", words, sum.needed, sum.unneeded, sum.cost_ns);
  });
}

// ---------------------------------------------------------------- pools and links

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

std::string amounts_json(const RunGroup& group, const char* column, bool is_mean, NamePool& names) {
  std::map<std::string, double> amounts;
  std::vector<std::string> order;
  double runs = 0;
  for (const RunRecord* const run : group.runs()) {
    const auto found = run->values.find(column);
    if (found == run->values.end()) continue;
    ++runs;
    for_each_amount(found->second, [&](const std::string& name, double bytes) {
      const auto [amount, is_new] = amounts.try_emplace(name, 0);
      if (is_new) order.push_back(name);
      amount->second = is_mean ? amount->second + bytes : std::max(amount->second, bytes);
    });
  }
  std::erase_if(order, [&](const std::string& name) { return amounts[name] == 0; });
  return json_list(order, [&](const std::string& name) {
    return fmt::format("[{},{}]", names.number_of(name),
                       json_of(is_mean ? amounts[name] / runs : amounts[name]));
  });
}

std::string words_of(const SourcePlace& place) {
  return place.line == 0 ? place.file
                         : fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

}  // namespace

std::string dependencies_json(const RunGroup& group, NamePool& names) {
  DependencySums rules, buffers, kinds;
  for (const RunRecord* const run : group.runs())
    for (const analysis::DependencyRow& row : run->dependencies) {
      const auto number = [&](const std::string& name) { return names.number_of(name); };
      const std::size_t buffer = number(row.buffer), rule = number(row.rule),
                        policy = number(row.policy);
      rules.add({rule, policy}, row);
      buffers.add({buffer}, row);
      kinds.add(
          {number(row.where), number(row.consumer), number(row.producer), buffer, policy, rule},
          row);
    }
  const std::size_t others = names.number_of(kOthers);
  JsonObject json;
  json.add("rules", json_of_sums(rules.first(1000, others)))
      .add("buffers", json_of_sums(buffers.first(kMostBuffers, others)))
      .add("kinds", json_of_sums(kinds.first(kMostKinds, others)));
  return json.text();
}

const std::vector<std::string>& report_client_columns() {
  static const std::vector<std::string> kColumns = {
      "jobs_done_count",    "jobs_lost_count",       "gpu_time_ns",
      "gpu_share_ratio",    "cycles_per_second",     "job_latency_mean_ns",
      "job_latency_max_ns", "queue_depth_max_count", "priority_inversion_ns"};
  return kColumns;
}

std::string clients_json(const RunGroup& group, NamePool& names) {
  static const std::vector<std::size_t> kPlaces = [] {
    std::vector<std::size_t> places;
    for (const std::string& column : report_client_columns())
      places.push_back(static_cast<std::size_t>(
          std::find(client_columns().begin(), client_columns().end(), column) -
          client_columns().begin()));
    return places;
  }();
  struct Sum {
    std::string name;
    std::vector<double> sums;
    std::vector<std::size_t> counts;
  };
  std::vector<Sum> clients;
  for (const RunRecord* const run : group.runs())
    for (const ClientRecord& client : run->clients) {
      auto sum = std::find_if(clients.begin(), clients.end(),
                              [&](const Sum& known) { return known.name == client.name; });
      if (sum == clients.end()) {
        if (clients.size() == kMostClients) continue;
        sum = clients.insert(clients.end(), {client.name, std::vector<double>(kPlaces.size(), 0),
                                             std::vector<std::size_t>(kPlaces.size(), 0)});
      }
      for (std::size_t i = 0; i < kPlaces.size(); ++i) {
        if (kPlaces[i] >= client.values.size() || client.values[kPlaces[i]].empty()) continue;
        sum->sums[i] += number_of(client.values[kPlaces[i]]);
        ++sum->counts[i];
      }
    }
  return json_list(clients, [&](const Sum& sum) {
    std::string means;
    for (std::size_t i = 0; i < sum.sums.size(); ++i)
      means += (i ? "," : "") + (sum.counts[i] == 0
                                     ? std::string("null")
                                     : json_of(sum.sums[i] / static_cast<double>(sum.counts[i])));
    return fmt::format("[{},[{}]]", names.number_of(sum.name), means);
  });
}

std::string places_json(const RunGroup& group, NamePool& names) {
  JsonObject json;
  json.add("pools", amounts_json(group, "peak_bytes_by_pool", false, names))
      .add("links", amounts_json(group, "moved_bytes_by_link", true, names));
  return json.text();
}

std::string distributions_json(const RunGroup& group) {
  struct Sum {
    std::uint64_t times = 0, runs = 0;
    std::array<double, kDistributionPermilles.size()> ns{};
  };
  std::map<std::string, Sum> sums;
  for (const RunRecord* const run : group.runs())
    for (const DistributionRecord& each : run->distributions) {
      if (each.ns.size() != kDistributionPermilles.size()) continue;
      Sum& sum = sums[each.name];
      sum.times += each.count;
      ++sum.runs;
      for (std::size_t i = 0; i < each.ns.size(); ++i) sum.ns[i] += static_cast<double>(each.ns[i]);
    }
  JsonObject json;
  for (const auto& [name, sum] : sums) {
    const auto runs = static_cast<double>(sum.runs);
    json.add(name, fmt::format("[{},{}]", sum.times, json_list(sum.ns, [&](double ns) {
                                 return json_of(std::round(ns / runs));
                               })));
  }
  return json.text();
}

std::string series_json(const RunGroup& group, NamePool& names) {
  for (const RunRecord* const run : group.runs()) {
    if (run->series.tracks.empty()) continue;
    const auto values = [](const std::vector<std::uint64_t>& kib) {
      const bool is_same =
          std::adjacent_find(kib.begin(), kib.end(), std::not_equal_to<>()) == kib.end();
      return is_same ? json_of(kib.front()) : json_list(kib);
    };
    return fmt::format("[{},{},{}]", run->seed, run->series.bin_ns,
                       json_list(run->series.tracks, [&](const analysis::SeriesTrack& track) {
                         return fmt::format("[{},{},{},{}]", json_of(track.kind),
                                            names.number_of(track.name), values(track.kib),
                                            track.kib.size());
                       }));
  }
  return "null";
}

std::string hazards_json(const RunGroup& group, NamePool& names) {
  struct Class {
    std::string rule, kind, text, place;
    std::uint64_t times = 0, runs = 0;
  };
  std::map<std::pair<std::string, std::string>, Class> classes;
  for (const RunRecord* const run : group.runs()) {
    for (const HazardRecord& hazard : run->hazards) {
      Class& known = classes[{hazard.kind, hazard.signature}];
      if (known.runs++ == 0)
        known = {hazard.kind, "hazard", hazard.text, words_of(hazard.place), 0, 1};
      known.times += hazard.count;
    }
    for (const auto& [rule, text] : run->broken_rules) {
      Class& known = classes[{rule, ""}];
      if (known.runs++ == 0) known = {rule, "context", text, "", 0, 1};
      ++known.times;
    }
  }
  std::vector<Class> list;
  for (auto& [key, known] : classes)
    if (list.size() < kMostHazards) list.push_back(std::move(known));
  return json_list(list, [&](const Class& each) {
    return fmt::format("[{},{},{},{},{},{}]", names.number_of(each.rule), json_of(each.kind),
                       names.number_of(each.text), each.times, each.runs,
                       names.number_of(each.place));
  });
}

}  // namespace fencelab::campaign
