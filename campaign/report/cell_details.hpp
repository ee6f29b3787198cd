// What one cell of the report (a stack at a scenario point) tells beside its estimates: sums and
// means over its runs, as JSON.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "campaign/report/json_text.hpp"
#include "campaign/report/name_pool.hpp"
#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// Dependencies by some of their words, which are numbers of a NamePool.
class DependencySums {
 public:
  void add(const std::vector<std::size_t>& words, const analysis::DependencyRow& row);
  /// [[words..., needed, false, cost_ns]], costliest first, then the most frequent false ones; at
  /// most `most` and a row for the others, whose words are `others`.
  std::string json(std::size_t most, std::size_t others) const;

 private:
  struct Sum {
    std::vector<std::size_t> words;
    std::uint64_t needed = 0, unneeded = 0;
    std::int64_t cost_ns = 0;
  };
  static void add(Sum& sum, const Sum& more);
  std::map<std::vector<std::size_t>, Sum> sums_;
};

/// Bytes by pool or link: "name bytes; name bytes" of each run.
class AmountSums {
 public:
  /// The mean over runs, or else the largest of any run.
  explicit AmountSums(bool is_mean) : is_mean_(is_mean) {}
  void add(const std::string& text);
  /// [[name, bytes]] of what is not always 0, in the order of the first run that names it.
  std::string json(NamePool& names) const;

 private:
  bool is_mean_;
  std::vector<std::pair<std::string, double>> amounts_;
  double runs_ = 0;
};

class CellDetails {
 public:
  void add(const RunRecord& run, NamePool& names);

  /// Adds to a cell of the report:
  /// "dependencies": {"rules": [[rule, policy, needed, false, cost_ns]], "buffers": [[buffer,
  ///   needed, false, cost_ns]], "kinds": [[where, consumer, producer, buffer, policy, rule,
  ///   needed, false, cost_ns]]}: sums over runs, costliest first; words are numbers of `names`. Of
  ///   buffers and kinds the first are listed, the others summed up in one row whose words are
  ///   "(others)".
  /// "clients": [[client, [mean of each of report_client_columns()]]]: of the first two dozen.
  /// "places": {"pools": [[name, largest bytes of any run]], "links": [[name, mean bytes]]}.
  /// "distributions": {name: [times counted, [ns of each of kDistributionPermilles]]}: quantiles
  ///   averaged over runs.
  /// "series": [seed, bin_ns, [[kind, name, [KiB] or KiB in each bin, bins]]] of the first run that
  ///   has one; null if none has.
  /// "hazards": [[rule, kind, text, times, runs, place]]: of hazards by class, then broken rules.
  void add_to(JsonObject& cell, NamePool& names) const;

 private:
  struct ClientSums {
    std::string name;
    std::vector<double> sums;
    std::vector<std::size_t> counts;
  };
  struct Distribution {
    std::uint64_t times = 0, runs = 0;
    std::array<double, kDistributionPermilles.size()> ns{};
  };
  struct HazardClass {
    std::string rule, kind, text, place;
    std::uint64_t times = 0, runs = 0;
  };
  void add_dependencies(const RunRecord& run, NamePool& names);
  void add_clients(const RunRecord& run);
  void add_distributions(const RunRecord& run);
  void add_hazards(const RunRecord& run);
  std::string dependencies_json(NamePool& names) const;
  std::string clients_json(NamePool& names) const;
  std::string distributions_json() const;
  std::string hazards_json(NamePool& names) const;

  DependencySums rules_, buffers_, kinds_;
  std::vector<ClientSums> clients_;
  AmountSums pools_{false}, links_{true};
  std::map<std::string, Distribution> distributions_;
  std::string series_ = "null";
  std::map<std::pair<std::string, std::string>, HazardClass> hazards_;
};

const std::vector<std::string>& report_client_columns();

}  // namespace fencelab::campaign
