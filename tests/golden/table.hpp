// Golden tables: what runs of one scenario gave, as a small CSV with a line per metric, so that a
// change is a changed line in review.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "campaign/run_record.hpp"

namespace fencelab::golden {

/// Stack and seed.
using RunKey = std::pair<std::string, std::string>;

/// Values by name of one run: status, verdict, fingerprint and the columns of runs.csv that are no
/// cost, in the order of `Table::names`.
struct Table {
  std::vector<std::string> names;
  std::vector<RunKey> runs;
  std::map<RunKey, std::map<std::string, std::string>> values;
};

Table table_of(const std::vector<campaign::RunRecord>& records);

/// Lines `name,value,value...`, the first two being `stack` and `seed`.
std::string to_csv(const Table& table);
Table from_csv(const std::string& text);

/// What differs, a line each: run, name, old -> new. Runs and names that only one of the two has
/// are named once. Empty for equal tables.
std::vector<std::string> differences(const Table& before, const Table& now);

}  // namespace fencelab::golden
