// What is done for findings after the checks: fixes are tried, and the scenario is made smaller.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "campaign/fixes.hpp"
#include "campaign/judgement.hpp"
#include "campaign/reduce_finding.hpp"

namespace fencelab::campaign {

/// For which findings.
enum class ExplainWhich : std::uint8_t {
  none,
  failures,  ///< what is no news takes no time
  all,       ///< expected and accepted ones, too
};

/// The word, or nothing if it is none of ours: "none", "failures", "all".
std::optional<ExplainWhich> parse_explain(std::string_view word);

struct ExplainOptions {
  ExplainWhich which = ExplainWhich::failures;
  std::size_t findings_max = 10;  ///< the first ones; a check that finds more has other worries
  bool reduce = false;            ///< also make scenarios smaller
  FixOptions fixes;
  ReduceOptions reducing;
};

/// Fills in what is to be known of findings that happened; `items`, `records` and `judgements` are
/// parallel. Predicted ones have nothing to be tried on.
void explain_findings(const std::vector<CheckItem>& items, std::vector<CheckRecord>& records,
                      const std::vector<Judgement>& judgements, const ScenarioReading& reading,
                      const CheckAllOptions& pool, const ExplainOptions& options);

}  // namespace fencelab::campaign
