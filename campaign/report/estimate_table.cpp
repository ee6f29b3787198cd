#include "campaign/report/estimate_table.hpp"

#include <algorithm>

#include "campaign/report/json_text.hpp"

namespace fencelab::campaign {

void EstimateTable::add_cell(const std::vector<Comparison>& rows, const RunGroup& group) {
  if (metrics_.empty())
    for (std::size_t column = 0; column < columns().size(); ++column)
      if (is_compared(columns()[column])) metrics_.push_back({column, true, {}});
  auto row = rows.begin();
  for (Metric& metric : metrics_) {
    const bool has = row != rows.end() && row->column == metric.column;
    metric.cells.push_back(has ? *row++ : Comparison{metric.column, {}, {}, {}, {}, {}});
    const SeedValues& values = group.values(metric.column);
    metric.is_zero = metric.is_zero && std::all_of(values.begin(), values.end(),
                                                   [](const auto& v) { return v.second == 0; });
  }
  ++cells_;
}

std::string EstimateTable::json_of_metric(const Metric& metric) {
  std::vector<std::optional<double>> p;
  for (const Comparison& cell : metric.cells) p.push_back(cell.p);
  const auto adjusted = holm_adjusted(p);
  const auto list = [&](auto value) { return json_column(metric.cells, value); };
  const auto of_mean = [](const Comparison& cell, const std::optional<double>& value) {
    return cell.mean.n ? json_of(value) : std::string("null");
  };
  const auto of_difference = [](const Comparison& cell, const std::optional<double>& value) {
    return cell.difference.n ? json_of(value) : std::string("null");
  };
  JsonObject json;
  json.add("n", list([](const auto& c) { return json_of(c.mean.n); }))
      .add("mean", list([&](const auto& c) { return of_mean(c, c.mean.mean); }))
      .add("low", list([](const auto& c) { return json_of(c.mean.low()); }))
      .add("high", list([](const auto& c) { return json_of(c.mean.high()); }))
      .add("ratio", list([](const auto& c) { return json_of(c.ratio_to_baseline); }))
      .add("pairs", list([](const auto& c) { return json_of(c.difference.n); }))
      .add("difference", list([&](const auto& c) { return of_difference(c, c.difference.mean); }))
      .add("difference_low", list([](const auto& c) { return json_of(c.difference.low()); }))
      .add("difference_high", list([](const auto& c) { return json_of(c.difference.high()); }))
      .add("p", json_column(p, [](const auto& value) { return json_of(value); }))
      .add("p_adjusted", json_column(adjusted, [](const auto& value) { return json_of(value); }))
      .add("ratio_to_oracle", list([](const auto& c) { return json_of(c.ratio_to_oracle); }));
  return json.text();
}

std::string EstimateTable::json() const {
  JsonObject json;
  for (const Metric& metric : metrics_)
    if (!metric.is_zero) json.add(columns()[metric.column].name, json_of_metric(metric));
  return json.text();
}

std::vector<std::string> EstimateTable::always_zero() const {
  std::vector<std::string> names;
  for (const Metric& metric : metrics_)
    if (metric.is_zero) names.push_back(columns()[metric.column].name);
  return names;
}

}  // namespace fencelab::campaign
