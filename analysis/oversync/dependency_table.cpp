#include "analysis/oversync/dependency_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace fencelab::analysis {

namespace {

/// Worst first; by name where they are equally bad, so that equal runs give equal tables.
bool worse(const DependencyRow& a, const DependencyRow& b) {
  const auto key = [](const DependencyRow& row) {
    return std::tie(row.consumer, row.producer, row.buffer, row.policy, row.rule, row.where,
                    row.needed, row.start_ns, row.example);
  };
  if (a.cost_ns != b.cost_ns) return a.cost_ns > b.cost_ns;
  if (a.needed != b.needed) return !a.needed;
  if (a.count != b.count) return a.count > b.count;
  return key(a) < key(b);
}

void add_to(DependencyRow& sum, const DependencyRow& row) {
  sum.count += row.count;
  sum.cost_ns += row.cost_ns;
  sum.cost_max_ns = std::max(sum.cost_max_ns, row.cost_max_ns);
}

}  // namespace

std::size_t DependencyTable::Hash::operator()(const Key& key) const {
  std::size_t hash = key.where * 2 + key.needed;
  for (const void* part :
       {key.consumer, key.producer, key.buffer, static_cast<const void*>(key.rule.data())})
    hash = (hash ^ reinterpret_cast<std::size_t>(part)) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

std::vector<DependencyRow> DependencyTable::costliest(std::size_t most) const {
  std::vector<DependencyRow> rows;
  for (const auto& [key, row] : rows_) rows.push_back(row);
  std::sort(rows.begin(), rows.end(), worse);
  // Two operations may have the same name, and so two rows the same text.
  DependencyRow rest[2] = {rest_false_, rest_needed_};
  std::size_t kinds[2] = {rest_false_.count > 0, rest_needed_.count > 0};
  for (std::size_t i = most; i < rows.size(); ++i) {
    add_to(rest[rows[i].needed], rows[i]);
    ++kinds[rows[i].needed];
  }
  rows.resize(std::min(rows.size(), most));
  for (const bool needed : {false, true}) {
    if (rest[needed].count == 0) continue;
    rest[needed].needed = needed;
    rest[needed].consumer = fmt::format("(rest: {} kinds)", kinds[needed]);
    rows.push_back(rest[needed]);
  }
  return rows;
}

}  // namespace fencelab::analysis
