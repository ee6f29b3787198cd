// Findings as SARIF 2.1.0, which code scanning shows at the line of the scenario.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
#pragma once

#include <string>
#include <vector>

#include "campaign/check_record.hpp"
#include "campaign/judgement.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

struct SarifOptions {
  std::string version;        ///< of the program, "1.2.3"
  std::string folder;         ///< files below it are named relative to it; absolute
  bool has_baseline = false;  ///< adds baselineState
};

/// One result per failure and per accepted finding. Fingerprints depend on scenario, stack, rule
/// and class only. `scenarios[i]` is the scenario of `records[i]`.
std::string sarif_text(const std::vector<const scenarios::Scenario*>& scenarios,
                       const std::vector<CheckRecord>& records,
                       const std::vector<Judgement>& judgements, const SarifOptions& options);

/// `file` as a URI reference: relative to `folder` if below it, else file:///...; percent-encoded.
std::string file_uri(const std::string& file, const std::string& folder);

}  // namespace fencelab::campaign
