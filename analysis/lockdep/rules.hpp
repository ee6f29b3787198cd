// Rules: which sentence of the field a cycle breaks, and its signature for baselines.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "analysis/lockdep/prediction.hpp"

namespace fencelab::analysis {

/// The rule that `prediction`'s cycle breaks, e.g. "alloc-in-signalling-section". Stable.
std::string_view rule_of(const Prediction& prediction);

/// What the rule says, in words for a report.
std::string_view words_of_rule(std::string_view rule);

struct RuleWords {
  std::string_view rule, words;
};

/// All rules with their words, in the order in which rule_of() tries them.
std::span<const RuleWords> all_rules();
/// Whether whoever did that broke the rule, whatever came of it: no schedule can refute it.
bool is_about_contexts(std::string_view rule);

/// Rule and classes, numbers stripped, beginning with the smallest: the same for every schedule,
/// instance and number of copies.
std::string signature_of(const Prediction& prediction);

}  // namespace fencelab::analysis
