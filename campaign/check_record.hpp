// CheckRecord: what is known about one scenario under one stack, how strongly, and what it took.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/source_place.hpp"
#include "campaign/strength.hpp"

namespace fencelab::campaign {

/// One thing that was found, in the forms in which it is shown.
struct CheckFinding {
  /// What came of looking for a schedule in which it happens.
  enum class State {
    none,       ///< nothing to look for: it happened
    confirmed,  ///< predicted, and a schedule was found
    refuted,    ///< predicted, and no schedule has it
    open,       ///< predicted, and neither
  };
  std::string rule;       ///< id of the broken rule, see check_rules.hpp
  std::string kind;       ///< the verdict that it makes, or "predicted"
  std::string signature;  ///< class of the fault: equal in another run or schedule; keys baselines
  State state = State::none;
  std::string text;  ///< the report for a terminal, lines ended; the first says kind and time
  std::string json;  ///< the same as data; may be empty
  std::string dot;   ///< a drawing for Graphviz; may be empty
  SourcePlace place;
  std::vector<std::string> members;   ///< names of those that hold each other up
  std::string token;                  ///< replays it; empty: it has no schedule
  std::vector<std::string> schedule;  ///< "process.operation[=choice]", in order; may be empty
};

/// "none", "confirmed", "refuted", "open".
std::string_view to_string(CheckFinding::State state);

/// What was done. Counts that make no sense for a strength have no value, never zero.
struct CheckWork {
  std::uint64_t executions = 0;          ///< runs from the beginning
  std::optional<std::uint64_t> states;   ///< distinct states visited
  std::optional<std::uint64_t> blocked;  ///< executions given up because others cover them
  std::optional<std::uint64_t> depth;    ///< steps of the longest execution
  std::vector<std::string> bounds_hit;   ///< in words; any of them means: not proved
};

struct CheckRecord {
  std::string scenario, stack, file;
  std::vector<std::uint64_t> seeds;
  std::string status = "ok";               ///< ok, error (no work done), budget (stopped), crashed
  std::string message;                     ///< when not ok
  std::string verdict;                     ///< as of a run, the worst; empty when not ok
  Strength strength = Strength::observed;  ///< reached, whatever was asked for
  std::uint64_t schedules = 0;             ///< the n of "explored n"
  std::string shortfall;  ///< why it is no stronger, if more was asked for and not reached
  CheckWork work;
  double wall_seconds = 0;  ///< of the workers, summed
  std::vector<std::string> assumptions;
  std::vector<CheckFinding> findings;
  std::vector<std::string>
      violations;           ///< of what proofs rest on, from a paranoid check; our fault
  std::string fingerprint;  ///< of the events, to compare two checks; may be empty

  std::string to_json() const;
  static CheckRecord from_json(const std::string& text);
};

/// "observed", "explored(120)": without spaces, so that a line of output splits into words.
std::string strength_word(const CheckRecord& record);

}  // namespace fencelab::campaign
