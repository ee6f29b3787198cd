// RunRecord: everything one run yields, ready to be sent between processes and written to files.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/deadlock/wait_edges.hpp"
#include "analysis/oversync/dependency_table.hpp"
#include "analysis/run/run_series.hpp"
#include "campaign/source_place.hpp"

namespace fencelab::campaign {

/// One deadlock, orphan or stall of a run, in the forms in which it is shown.
struct IncidentRecord {
  std::string kind;       ///< the verdict that it makes
  std::string signature;  ///< class of the fault: equal in another run or schedule; keys baselines
  std::string text;       ///< the report for a terminal, lines ended; the first says kind and time
  std::string json;       ///< the same as data; may be empty
  std::string dot;        ///< a drawing for Graphviz; may be empty
  std::vector<std::string> members;
  SourcePlace place{};                    ///< where the first member with a place stands
  std::vector<analysis::WaitEdge> edges;  ///< who waits for what; none of livelocks and hazards
};

/// What a run cost, as far as it matters when two ways to do the same are compared.
struct RunFigures {
  std::uint64_t makespan_ns = 0;
  std::uint64_t jobs_done = 0, jobs_lost = 0, hazards = 0, allocation_failures = 0;
  bool operator==(const RunFigures&) const = default;
};

/// One class of hazards of a run; `kind` is the id of the rule it breaks, `text` one sentence.
struct HazardRecord : IncidentRecord {
  std::uint64_t count = 0;
};

/// The sentence, and how many of its class there are if there are more: "... (12 of this class)".
std::string hazard_words(const HazardRecord& hazard);

/// What one process got in a run, in the order of the columns of clients.csv.
struct ClientRecord {
  std::string name;
  std::vector<std::string> values;
};

/// How some times of a run were distributed: "job_latency", "frame_latency", ...
struct DistributionRecord {
  std::string name;
  std::uint64_t count = 0;
  std::vector<std::uint64_t> ns;  ///< the quantiles of kDistributionPermilles
};

inline constexpr std::array<std::uint32_t, 21> kDistributionPermilles = {
    10,  50,  100, 150, 200, 250, 300, 350, 400, 450, 500,
    550, 600, 650, 700, 750, 800, 850, 900, 950, 990};

struct RunRecord {
  std::string scenario, stack, file;
  std::string point;  ///< of a sweep: SweepPoint::name(); else empty
  std::uint64_t seed = 0;
  std::string status = "ok";  ///< ok, crashed, overdue
  std::string message;        ///< when not ok
  std::string verdict;
  std::map<std::string, std::string> values;  ///< column -> text, without the ones above
  std::vector<IncidentRecord> incidents;
  std::vector<HazardRecord> hazards;                  ///< by class, the first of each in words
  std::vector<analysis::DependencyRow> dependencies;  ///< the costliest kinds, then the rest
  std::vector<ClientRecord> clients;                  ///< processes that did something
  std::map<std::string, double> engine_busy_ns;       ///< by engine, for tests and reports
  std::vector<DistributionRecord> distributions;      ///< of the times that there were
  analysis::RunSeries series;                         ///< memory and links over the run
  std::string trace_error;  ///< why the trace asked for could not be written; empty: it could
  /// Rules about contexts that it broke whatever came of it, each with the report of its first
  /// time.
  std::map<std::string, std::string> broken_rules;

  std::string to_json() const;
  static RunRecord from_json(std::string_view text);
  /// The columns that say what it cost.
  RunFigures figures() const;
};

}  // namespace fencelab::campaign
