#include "campaign/explain.hpp"

#include <array>

namespace fencelab::campaign {

namespace {

bool is_wanted(const CheckFinding& finding, FindingStanding standing, ExplainWhich which) {
  // A soft livelock that nothing rests on is a warning: it costs nothing until somebody claims it.
  const bool rests_on_it = finding.kind == "soft-livelock" && standing != FindingStanding::warning;
  if ((!is_stuck(finding.kind) && !rests_on_it) || finding.json.empty()) return false;
  return which == ExplainWhich::all ||
         (which == ExplainWhich::failures && standing == FindingStanding::failure);
}

}  // namespace

std::optional<ExplainWhich> parse_explain(std::string_view word) {
  constexpr std::array<std::string_view, 3> kWords = {"none", "failures", "all"};
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == word) return static_cast<ExplainWhich>(i);
  return std::nullopt;
}

void explain_findings(const std::vector<CheckItem>& items, std::vector<CheckRecord>& records,
                      const std::vector<Judgement>& judgements, const ScenarioReading& reading,
                      const CheckAllOptions& pool, const ExplainOptions& options) {
  std::vector<ExplainedFinding> wanted;
  for (std::size_t i = 0; i < records.size(); ++i)
    for (std::size_t n = 0; n < records[i].findings.size(); ++n)
      if (wanted.size() < options.findings_max && records[i].status == "ok" &&
          is_wanted(records[i].findings[n], judgements[i].findings[n], options.which))
        wanted.push_back({&items[i], &records[i], &records[i].findings[n]});
  if (wanted.empty()) return;
  if (options.fixes.fixes_max > 0) try_fixes(wanted, reading, pool, options.fixes);
  if (options.reduce) reduce_findings(wanted, reading, pool, options.reducing);
}

}  // namespace fencelab::campaign
