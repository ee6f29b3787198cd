// What breaks in a scenario, which stacks it is for, and what it expects of each of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/place.hpp"

namespace fencelab::scenarios {

struct FaultSpec {
  enum class Kind : std::uint8_t {
    hang,
    never_signal,
    slow,
    lost_doorbell,
    kill,
    no_memory,
    wrong_value,
    backwards_value,
    wrong_wait,
    page_fault,
    corrupt_ring,
    lost_interrupt,
    slow_interrupt,
    firmware_stop,
    unplug
  };
  Kind kind = Kind::hang;
  Index process = kNone;  ///< the guilty process; none: what strikes a device
  Index gpu = kNone;      ///< firmware_stop, unplug: the device
  std::uint32_t clone = 0;
  Index label = kNone;       ///< operation it strikes (hang, never_signal, slow, lost_doorbell)
  std::uint64_t at = 0;      ///< strikes from this execution on (0-based) ...
  std::uint64_t count = 1;   ///< ... this many times; 0: for ever
  std::uint32_t factor = 1;  ///< slow: duration times this
  Duration delay{};          ///< slow_interrupt: by so much
  /// kill, firmware_stop, unplug: instant; any instant where schedules are explored
  Duration when{};
  bool may = false;  ///< explored both ways: it strikes, or it does not
  Place place;
};

/// One policy chosen for one axis, with the parameters that differ from its defaults.
struct PolicySpec {
  std::string policy;  ///< empty: keep the preset's policy, change parameters only
  std::map<std::string, std::string> parameters;  ///< text with units, checked by the policy
  std::map<std::string, Place> parameter_places;  ///< where each of them stands
  Place place;
};

struct StackSpec {
  std::string name;  ///< unique in the scenario; the preset's name when given as a string
  std::string preset;
  std::map<std::string, PolicySpec> axes;                             ///< axis -> override
  std::map<std::string, std::map<std::string, PolicySpec>> gpu_axes;  ///< GPU -> axis -> override
  Place place;
};

struct Bound {
  std::optional<double> min, max;
  Place place;
};

/// What `check` must find of the scenario with fewer rounds, under the same stack.
struct SmallSpec {
  std::uint64_t divisor = 1;          ///< of the rounds of every loop, see fewer_rounds.hpp
  std::vector<std::string> verdicts;  ///< any of; empty: as of the whole scenario
  std::string strength;               ///< as of ExpectSpec; empty: proved
  std::string why;
  Place place;
};

/// One edge of an expected cycle, as `analysis::WaitEdge` has it: "#" stands for a number.
struct EdgeSpec {
  std::string who, kind, holds;
  std::vector<std::string> on, by;
  Place place;
};

struct ExpectSpec {
  std::vector<std::string> verdicts;     ///< any of
  std::map<std::string, Bound> metrics;  ///< column of runs.csv -> bound
  std::vector<std::string>
      core;                     ///< names that must be the members of the deadlock core (any order)
  std::vector<EdgeSpec> cycle;  ///< edges of one finding, along the cycle; empty: not checked
  std::vector<std::string> rules;  ///< rules about contexts and orders that it is known to break
  std::vector<std::string> claim;  ///< any of: what `check` must find; empty: as `verdicts`
  std::string strength;  ///< observed | predicted | explored | proved: of a claim of freedom, asked
                         ///< of `check`; empty: observed
  std::optional<SmallSpec> small;  ///< checked beside the whole
  std::string why;                 ///< prose: the argument for this expectation
  Place place;
};

/// What the runs of two stacks must show beside each other: metric of one over metric of the other,
/// both summed over the seeds that both ran with.
struct RelationSpec {
  std::string metric;  ///< column of runs.csv
  std::string stack, of;
  std::optional<double> min_ratio, max_ratio;
  std::string why;
  Place place;
};

}  // namespace fencelab::scenarios
