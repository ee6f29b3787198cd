// CheckRecord: what is known about one scenario under one stack, how strongly, and what it took.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/explore/schedule.hpp"
#include "campaign/run_record.hpp"
#include "campaign/strength.hpp"

namespace fencelab::campaign {

/// The way to a finding that exploration knows: a counterexample.
struct Counterexample {
  std::string token;             ///< replays it; empty: there is none
  std::uint64_t seed = 1;        ///< of the workload
  std::string timers = "never";  ///< when recovery timers could fire
  std::string scenario_hash;     ///< see schedule_hash.hpp
  std::map<std::string, std::string> policies;
  std::vector<analysis::TakenStep> steps;  ///< in order, made as short as could be done
  std::uint32_t switches = 0;              ///< from one actor to another
  std::uint64_t found_steps = 0;           ///< of the schedule as it was found
  std::optional<std::uint32_t> critical;   ///< index of the last step with a way out before it
  bool doomed = false;                     ///< every schedule gets stuck
};

/// What came of a small change that was tried against a finding.
struct FixTrial {
  /// Best first.
  enum class Outcome {
    proved,     ///< every schedule was tried, nothing is stuck
    explored,   ///< nothing was found within bounds
    predicted,  ///< the run completes, and nothing is foretold
    observed,   ///< the run completes
    worse,      ///< nothing is stuck, but there are more hazards or lost jobs than before
    recovers,   ///< stuck, until a recovery timer acts
    other,      ///< something else is stuck, or the same under another class
    same,       ///< stuck as before
    failed,     ///< the check ended without a verdict
  };
  Outcome outcome = Outcome::failed;
  std::string change;              ///< in words: "bind: async-prealloc instead of async-exact"
  std::vector<std::string> alike;  ///< others on that axis of which just the same came out
  std::vector<std::string> sets;   ///< the same for --set
  std::string strength;            ///< reached, e.g. "explored(120)"
  std::string verdict;
  std::string core;  ///< class of what is stuck; empty: nothing
  RunFigures run;    ///< of its timed run
};

/// A smaller scenario in which the same class of fault is found.
struct ReducedScenario {
  std::string text;   ///< of the file; empty: none
  std::string file;   ///< where it is to be, below the folder of results
  std::string token;  ///< a counterexample in it; empty: its timed run shows it
  std::string stack;
  std::vector<std::string> core;     ///< members of what is found in it
  std::vector<std::string> removed;  ///< e.g. "2 processes", "11 operations"
  std::uint64_t trials = 0;
  std::string problem;  ///< why there is none, in words; empty: there is, or not tried
};

/// One thing that was found, in the forms in which it is shown.
struct CheckFinding : IncidentRecord {
  /// What came of looking for a schedule in which it happens.
  enum class State {
    none,       ///< nothing to look for: it happened
    confirmed,  ///< predicted, and a schedule was found
    refuted,    ///< predicted, and no schedule has it
    open,       ///< predicted, and neither
  };
  std::uint64_t count = 1;  ///< of this class in a timed run, at most; hazards only
  std::string rule;  ///< id of the broken rule, see check_rules.hpp; `kind` may be "predicted"
  State state = State::none;
  Counterexample way;
  std::uint64_t fixes_tried = 0, fixes_free = 0, fixes_stuck = 0;
  std::vector<FixTrial> fixes;  ///< best first
  ReducedScenario reduced;
};

/// "none", "confirmed", "refuted", "open".
std::string_view to_string(CheckFinding::State state);

/// "proved", "explored", ..., "same", "failed".
std::string_view to_string(FixTrial::Outcome outcome);

/// What was done. Counts that make no sense for a strength have no value, never zero.
struct CheckWork {
  std::uint64_t executions = 0;          ///< runs from the beginning
  std::optional<std::uint64_t> states;   ///< distinct states visited
  std::optional<std::uint64_t> blocked;  ///< executions given up because others cover them
  std::optional<std::uint64_t> depth;    ///< steps of the longest execution
  std::vector<std::string> bounds_hit;   ///< in words; any of them means: not proved
};

/// What is known of livelock. A proof of freedom from deadlock says nothing about it.
struct LivelockClaim {
  /// Worst last: of several seeds the largest counts.
  enum class Outcome {
    not_asked,  ///< nobody looked: a timed run
    free,       ///< there is none in any schedule
    open,       ///< not decided
    soft,       ///< one that can be left, and need not be
    hard,       ///< one without a way out
  };
  Outcome outcome = Outcome::not_asked;
  std::uint64_t states = 0,
                transitions = 0;  ///< of the graph that was searched; 0: none was needed
  std::string bound;  ///< that was hit, e.g. "states=50000"; empty: the graph is complete
};

/// "-", "free", "open", "soft", "hard".
std::string_view to_string(LivelockClaim::Outcome outcome);

struct CheckRecord {
  std::string scenario, stack, file;
  std::vector<std::string> sets;  ///< carried out on the file (`--set`), in this order
  std::vector<std::uint64_t> seeds;
  std::string status = "ok";               ///< ok, error (no work done), budget (stopped), crashed
  std::string message;                     ///< when not ok
  std::string verdict;                     ///< as of a run, the worst; empty when not ok
  Strength strength = Strength::observed;  ///< reached, whatever was asked for
  std::uint64_t schedules = 0;             ///< the n of "explored n"
  std::string shortfall;  ///< why it is no stronger, if more was asked for and not reached
  CheckWork work;
  LivelockClaim livelock;
  double wall_seconds = 0;  ///< of the workers, summed
  std::vector<std::string> assumptions;
  std::vector<CheckFinding> findings;
  RunFigures run;  ///< of the timed run; of several seeds the largest of each
  std::map<std::string, std::uint64_t> hazards;  ///< likewise: the columns that count hazards
  std::vector<std::string>
      violations;           ///< of what proofs rest on, from a paranoid check; our fault
  std::string fingerprint;  ///< of the events, to compare two checks; may be empty

  std::string to_json() const;
  static CheckRecord from_json(const std::string& text);
};

/// "observed", "explored(120)": without spaces, so that a line of output splits into words.
std::string strength_word(const CheckRecord& record);

}  // namespace fencelab::campaign
