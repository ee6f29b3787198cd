// clients.csv: what each process got, run by run, and the metrics of single processes that
// expectations and relations may name, as "gpu_time_ns@worker".
#pragma once

#include <string>
#include <vector>

#include "analysis/run/client_metrics.hpp"
#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// The values of one client in the order of the columns.
std::vector<std::string> client_values(const analysis::ClientMetrics::Client& client,
                                       core::Time end);

/// Names of the columns after the key columns (scenario, stack, seed, client).
const std::vector<std::string>& client_columns();

/// What `metric` was in this run: a column of runs.csv, or one of clients.csv and, behind an "@",
/// the client. nullptr: there is no such.
const std::string* find_metric(const RunRecord& record, const std::string& metric);

/// One row per run and client that did something.
std::string clients_csv_header();
std::string clients_csv_rows(const RunRecord& record);

/// Their part of docs/reference/columns.md.
std::string clients_markdown();

}  // namespace fencelab::campaign
