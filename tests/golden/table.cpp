#include "tests/golden/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "campaign/columns.hpp"

namespace fencelab::golden {

namespace {

/// No value of ours has a comma or a quote: numbers, hashes and names of stacks.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  if (line.ends_with(',')) fields.emplace_back();
  return fields;
}

template <typename Thing>
bool has(const std::vector<Thing>& things, const Thing& thing) {
  return std::find(things.begin(), things.end(), thing) != things.end();
}

std::string name_of(const RunKey& run) { return fmt::format("{} seed {}", run.first, run.second); }

}  // namespace

Table table_of(const std::vector<campaign::RunRecord>& records) {
  Table table;
  table.names = {"status", "verdict", "fingerprint"};
  for (const campaign::Column& column : campaign::columns())
    if (!column.is_cost && !has(table.names, column.name)) table.names.push_back(column.name);
  for (const campaign::RunRecord& record : records) {
    const RunKey run{record.stack, std::to_string(record.seed)};
    table.runs.push_back(run);
    auto& values = table.values[run];
    for (const std::string& name : table.names) {
      const auto found = record.values.find(name);
      values[name] = found == record.values.end() ? "" : found->second;
    }
    values["status"] = record.status;
    values["verdict"] = record.verdict;
  }
  return table;
}

std::string to_csv(const Table& table) {
  std::string stacks = "stack", seeds = "seed", lines;
  for (const RunKey& run : table.runs) {
    stacks += "," + run.first;
    seeds += "," + run.second;
  }
  for (const std::string& name : table.names) {
    lines += name;
    for (const RunKey& run : table.runs) lines += "," + table.values.at(run).at(name);
    lines += "\n";
  }
  return stacks + "\n" + seeds + "\n" + lines;
}

Table from_csv(const std::string& text) {
  Table table;
  std::istringstream stream(text);
  std::string line;
  std::getline(stream, line);
  const auto stacks = split(line);
  std::getline(stream, line);
  const auto seeds = split(line);
  for (std::size_t i = 1; i < std::min(stacks.size(), seeds.size()); ++i)
    table.runs.emplace_back(stacks[i], seeds[i]);
  while (std::getline(stream, line)) {
    const auto fields = split(line);
    table.names.push_back(fields.at(0));
    for (std::size_t i = 0; i < table.runs.size(); ++i)
      table.values[table.runs[i]][fields[0]] = fields.at(i + 1);
  }
  return table;
}

std::vector<std::string> differences(const Table& before, const Table& now) {
  std::vector<std::string> lines;
  for (const std::string& name : before.names)
    if (!has(now.names, name)) lines.push_back("no longer a column: " + name);
  for (const std::string& name : now.names)
    if (!has(before.names, name)) lines.push_back("a new column: " + name);
  for (const RunKey& run : before.runs)
    if (!has(now.runs, run)) lines.push_back("no longer run: " + name_of(run));
  for (const RunKey& run : now.runs) {
    if (!has(before.runs, run)) {
      lines.push_back("a new run: " + name_of(run));
      continue;
    }
    for (const std::string& name : now.names) {
      if (!has(before.names, name)) continue;
      const std::string &was = before.values.at(run).at(name), &is = now.values.at(run).at(name);
      if (was != is) lines.push_back(fmt::format("{}: {}: {} -> {}", name_of(run), name, was, is));
    }
  }
  return lines;
}

}  // namespace fencelab::golden
