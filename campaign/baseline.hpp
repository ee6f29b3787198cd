// Baseline: findings that a project has decided to live with, so that only new ones fail a check.
// Keyed by the class of a finding, never by a schedule, so that unrelated changes do not move it.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/strength.hpp"
#include "scenarios/diagnostics.hpp"

namespace fencelab::campaign {

/// Version of the file format that this program reads and writes.
inline constexpr int kBaselineVersion = 1;

/// What is accepted.
struct BaselineKey {
  std::string scenario, stack, rule, signature;
  auto operator<=>(const BaselineKey&) const = default;
};

struct BaselineEntry {
  BaselineKey key;
  Strength strength = Strength::observed;  ///< at which it was found: a weaker check may not see it
  std::string why;                         ///< the decision, for people; kept when rewritten
  std::uint32_t line = 0;                  ///< in the file; 0: not from a file
};

struct Baseline {
  std::string file;
  std::vector<BaselineEntry> entries;

  const BaselineEntry* find(const BaselineKey& key) const;
};

/// Reads a baseline; strict: every mistake of the file is an error with its place.
scenarios::Loaded<Baseline> parse_baseline(std::string_view text, const std::string& file);
scenarios::Loaded<Baseline> load_baseline(const std::string& file);

/// The file's text: entries sorted, equal baselines give equal bytes.
std::string baseline_text(const Baseline& baseline);

}  // namespace fencelab::campaign
