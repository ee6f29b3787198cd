// Whether a check came out as its scenario expects, and what of it is a failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/baseline.hpp"
#include "campaign/check_record.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// Kinds of failure, mildest first; the worst decides the exit code.
enum class Blame { expectation, deadlock, nondeterminism, crash };

/// One thing that must not be so.
struct CheckFailure {
  std::string rule;  ///< id, see check_rules.hpp
  std::string message;
  Blame blame = Blame::expectation;
  std::optional<std::size_t> finding;  ///< index into the record's findings
};

/// What a finding counts for.
enum class FindingStanding {
  expected,  ///< the scenario says that it happens
  accepted,  ///< in the baseline
  refuted,   ///< predicted, and shown not to happen
  warning,   ///< not said to happen, and no failure
  failure,
};

std::string_view to_string(FindingStanding standing);

struct Judgement {
  std::vector<FindingStanding> findings;  ///< one per finding of the record
  std::vector<CheckFailure> failures;
  Strength asked = Strength::observed;

  bool ok() const { return failures.empty(); }
};

/// Last word of a line of output: "ok", "accepted" (ok thanks to the baseline), "failed", or the
/// record's status when there is no verdict.
std::string_view result_word(const CheckRecord& record, const Judgement& judgement);

/// Whether a verdict says that something is stuck: deadlock, orphan, masked or livelock.
bool is_stuck(std::string_view verdict);

/// The strength that `check` must reach: `wanted` if given, else what the scenario states for the
/// stack, else observed.
Strength strength_asked(const scenarios::Scenario& scenario, const std::string& stack,
                        std::optional<Strength> wanted);

/// Judges a record by `expect` of its scenario (without an expectation for the stack: nothing may
/// be stuck) and by a baseline. A stuck verdict is a witness and needs no strength unless it is
/// merely accepted; every other one is a claim of freedom and must have reached `asked`.
Judgement judge(const scenarios::Scenario& scenario, const CheckRecord& record, Strength asked,
                const Baseline& baseline = {});

/// Key of a finding in a baseline.
BaselineKey baseline_key(const CheckRecord& record, const CheckFinding& finding);

/// Entries of `baseline` about checks that were made, at no less than the entry's strength, and
/// that match no finding any more.
std::vector<BaselineEntry> stale_entries(const Baseline& baseline,
                                         const std::vector<CheckRecord>& records);

/// The baseline that makes `records` pass as far as findings go: the entries of `old` that are not
/// stale, and the failures.
Baseline updated_baseline(const Baseline& old, const std::vector<CheckRecord>& records,
                          const std::vector<Judgement>& judgements);

}  // namespace fencelab::campaign
