#include "campaign/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

/// columns() that are compared, by name: the order of RunRecord::values.
const std::vector<std::pair<std::string_view, std::size_t>>& columns_by_name() {
  static const auto kSorted = [] {
    std::vector<std::pair<std::string_view, std::size_t>> sorted;
    for (std::size_t i = 0; i < columns().size(); ++i)
      if (is_compared(columns()[i])) sorted.emplace_back(columns()[i].name, i);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }();
  return kSorted;
}

/// Nothing for what is empty (a ratio of nothing) or no number.
std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

/// Indices of the compared columns in the order of the options.
std::vector<std::size_t> chosen_columns(const CompareOptions& options) {
  std::vector<std::size_t> chosen;
  const auto add_if = [&](const auto& wanted) {
    for (std::size_t i = 0; i < columns().size(); ++i)
      if (is_compared(columns()[i]) && wanted(columns()[i].name)) chosen.push_back(i);
  };
  if (options.metrics.empty()) add_if([](const std::string&) { return true; });
  for (const std::string& metric : options.metrics)
    add_if([&](const std::string& name) { return name == metric; });
  return chosen;
}

std::optional<double> ratio(const Estimate& of, const Estimate& to) {
  if (of.n == 0 || to.n == 0 || to.mean == 0) return std::nullopt;
  return of.mean / to.mean;
}

}  // namespace

bool is_compared(const Column& column) { return !column.is_cost && column.unit != "text"; }

void RunGroup::add(const RunRecord& run) {
  const std::string& word = run.status == "ok" ? run.verdict : run.status;
  const auto known = std::find(words_.begin(), words_.end(), word);
  endings_.push_back({run.seed, static_cast<std::size_t>(known - words_.begin())});
  if (known == words_.end()) words_.push_back(word);
  values_.resize(columns().size());
  if (run.status != "ok") return;
  // Both are sorted by name.
  auto value = run.values.begin();
  for (const auto& [name, column] : columns_by_name()) {
    while (value != run.values.end() && value->first < name) ++value;
    if (value == run.values.end()) break;
    if (value->first != name) continue;
    if (const auto number = number_of(value->second))
      values_[column].emplace_back(run.seed, *number);
  }
}

void RunGroup::finish() {
  for (SeedValues& column : values_)
    if (!std::is_sorted(column.begin(), column.end())) std::sort(column.begin(), column.end());
}

std::string RunGroup::verdicts() const {
  if (words_.size() == 1) return words_.front();
  std::map<std::string, int> counts;
  for (const Ending& ending : endings_) ++counts[words_[ending.word]];
  std::string text;
  for (const auto& [verdict, times] : counts)
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", verdict, times);
  return text;
}

std::size_t RunGroups::add(const RunRecord& run) {
  if (last_ >= groups_.size() || !groups_[last_].has_place_for(run))
    last_ = static_cast<std::size_t>(
        std::find_if(groups_.begin(), groups_.end(),
                     [&](const RunGroup& known) { return known.has_place_for(run); }) -
        groups_.begin());
  if (last_ == groups_.size()) groups_.emplace_back(run);
  groups_[last_].add(run);
  return last_;
}

std::vector<RunGroup> RunGroups::take() {
  for (RunGroup& group : groups_) group.finish();
  last_ = 0;
  return std::exchange(groups_, {});
}

std::vector<RunGroup> group_runs(const std::vector<RunRecord>& records) {
  RunGroups groups;
  for (const RunRecord& record : records) groups.add(record);
  return groups.take();
}

const RunGroup* baseline_of(const std::vector<RunGroup>& groups, const RunGroup& group,
                            const CompareOptions& options) {
  for (const RunGroup& other : groups)
    if (other.scenario() == group.scenario() && other.point() == group.point() &&
        (options.baseline.empty() || other.stack() == options.baseline))
      return &other;
  return nullptr;
}

const RunGroup* oracle_of(const std::vector<RunGroup>& groups, const RunGroup& group) {
  if (is_oracle_variant(group.stack()) || group.stack() == "oracle") return nullptr;
  const RunGroup* found = nullptr;
  for (const RunGroup& other : groups) {
    if (other.scenario() != group.scenario() || other.point() != group.point()) continue;
    if (other.stack() == oracle_variant(group.stack())) return &other;
    if (other.stack() == "oracle") found = &other;
  }
  return found;
}

std::vector<Comparison> compare(const RunGroup& own, const RunGroup* baseline,
                                const RunGroup* oracle, const CompareOptions& options) {
  std::vector<Comparison> rows;
  for (const std::size_t column : chosen_columns(options)) {
    if (own.values(column).empty()) continue;
    Comparison row{column, estimate(own.values(column)), {}, {}, {}, {}};
    if (baseline) {
      const auto differences = paired_differences(own.values(column), baseline->values(column));
      row.difference = estimate(differences);
      row.p = paired_p_value(differences);
      row.ratio_to_baseline = ratio(row.mean, estimate(baseline->values(column)));
    }
    if (oracle) row.ratio_to_oracle = ratio(row.mean, estimate(oracle->values(column)));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace fencelab::campaign
