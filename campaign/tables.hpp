// runs.csv and compare.csv, and the comparison table for the terminal.
#pragma once

#include <string>
#include <vector>

#include "campaign/comparison.hpp"
#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// One row per run.
std::string runs_csv_header();
std::string runs_csv_row(const RunRecord& record, const std::string& build);
/// Both, of runs at hand.
std::string runs_csv(const std::vector<RunRecord>& records, const std::string& build);

/// The name of `stack` with sync `oracle` and all else as it is, and whether a name is such a one.
std::string oracle_variant(const std::string& stack);
bool is_oracle_variant(const std::string& stack);

/// One row per scenario point, stack and metric: mean with a 95 % Student-t interval over seeds,
/// ratio of the means to the baseline stack (that of the options, or the first of the scenario),
/// the paired difference with its interval, and the ratio to the oracle: to the stack's own oracle
/// variant, or else to the stack named oracle, if there is either. All runs of a point must be
/// among the records.
std::string compare_csv_header();
std::string compare_csv_rows(const std::vector<RunRecord>& records,
                             const CompareOptions& options = {});
/// The same of runs that are grouped already, by group_runs().
std::string compare_csv_rows(const std::vector<RunGroup>& groups, const CompareOptions& options);
/// Both.
std::string compare_csv(const std::vector<RunRecord>& records);

/// A few columns a person wants to see first, a line for each point and stack. `has_oracle`: with a
/// column for the ratio to oracle variants.
std::string comparison_table_header(bool has_oracle);
std::string comparison_table_rows(const std::vector<RunGroup>& groups, bool has_oracle);

/// A CSV field, quoted if need be; text that a spreadsheet would take for a formula is defused.
std::string csv_field(const std::string& text);

}  // namespace fencelab::campaign
