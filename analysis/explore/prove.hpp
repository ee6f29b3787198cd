// All ways of exploring as one: both provers, held against each other where both finish, and random
// schedules where neither does.
#pragma once

#include <string>
#include <vector>

#include "analysis/explore/exploration.hpp"
#include "analysis/explore/workers.hpp"

namespace fencelab::analysis {

struct ProofOptions {
  ExecutionOptions execution;
  std::chrono::duration<double> budget{60.0};  ///< wall time
  std::optional<std::uint64_t> steps_max;      ///< of all provers: results equal on every machine
  std::optional<std::uint32_t> preemptions;    ///< only schedules with at most so many; no proof
  /// Who helps, if anybody. The proof is the same, unless the budget ends it.
  Workers* workers = nullptr;
  ParallelTuning tuning;
};

enum class ProofOutcome : std::uint8_t {
  free,     ///< every schedule was tried, none ends dead
  dead,     ///< a schedule that ends dead is known
  bounded,  ///< every schedule within the bound on preemptions was tried, none ends dead
  open      ///< not everything was tried, and nothing was found
};

struct Proof {
  ProofOutcome outcome = ProofOutcome::open;
  bool exhausted = false;  ///< every schedule was tried; `dead` then holds every dead state
  std::uint64_t executions = 0, blocked = 0, states = 0, steps = 0;
  std::uint32_t depth = 0;
  std::uint64_t random_executions = 0;
  std::map<std::uint64_t, DeadState> dead;
  std::vector<std::string> bounds_hit;  ///< in words; any of them means: not proved
  std::string finished_by;              ///< "A", "B", "A and B" or empty
};

/// Throws core::InternalError if the provers disagree.
Proof prove(Subject& subject, const ProofOptions& options);

}  // namespace fencelab::analysis
