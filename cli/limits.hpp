// Limits against scenarios that ask for too much, by accident or on purpose: each with a flag, a
// default, and an error that names both.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "campaign/run_one.hpp"
#include "campaign/worker_set.hpp"
#include "scenarios/document_limits.hpp"

namespace fencelab::cli {

/// What one run may take.
struct RunLimits {
  std::string time, memory;  ///< as given; empty: the default
  std::uint64_t events = campaign::kMaxEvents;
};

/// `--max-file-size`, `--max-values`, `--max-nesting`, `--max-threads`: of each scenario file.
void add_document_limits(CLI::App& command, scenarios::DocumentLimits& limits);

/// `--run-time` and `--run-events`.
void add_run_limits(CLI::App& command, RunLimits& limits);

/// `--run-memory`, of each run or check.
void add_memory_limit(CLI::App& command, RunLimits& limits);

/// What the processes of runs are held to.
campaign::WorkerLimits worker_limits(const RunLimits& limits);

/// The options that say what is no default, each behind a blank: for a command that makes a run
/// again.
std::string limit_arguments(const scenarios::DocumentLimits& limits);

}  // namespace fencelab::cli
