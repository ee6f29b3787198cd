// What the runs of a policy say about it. Each check is a rule that holds for every policy; what a
// scenario does under another policy is what it is held against.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/check_record.hpp"
#include "campaign/run_record.hpp"
#include "campaign/vet/vet_case.hpp"

namespace fencelab::campaign {

enum class VetCheck {
  runs,          ///< a run comes to its end
  deadlock,      ///< nothing gets stuck that did not before
  hazard,        ///< no order and no rule is broken that was kept before
  determinism,   ///< twice the same is twice the same
  conservation,  ///< what goes in comes out, once
  invariance,    ///< what does not concern a policy changes nothing
};
inline constexpr VetCheck kVetChecks[] = {VetCheck::runs,         VetCheck::deadlock,
                                          VetCheck::hazard,       VetCheck::determinism,
                                          VetCheck::conservation, VetCheck::invariance};
std::string_view to_string(VetCheck check);
/// What it asks, in one line.
std::string_view meaning_of(VetCheck check);

/// The runs of a case: the same under both stacks, with the seed of the case.
struct VetRuns {
  RunRecord run;
  RunRecord again;                      ///< in a process whose memory lies elsewhere
  RunRecord unwatched;                  ///< with fewer observers
  RunRecord longer;                     ///< with twice the horizon
  std::optional<CheckRecord> explored;  ///< some schedules, with doubts; none: not asked for
};

struct VetFinding {
  VetCheck check{};
  std::string scenario, stack, file, words;
  std::uint64_t seed = 0;
  bool in_schedules = false;  ///< of exploring them, not of a timed run
};

/// Everything that is wrong with a policy in one case.
std::vector<VetFinding> vet_findings(const VetCase& of, const VetRuns& base, const VetRuns& own);

}  // namespace fencelab::campaign
