#include <fmt/format.h>

#include <algorithm>

#include "campaign/plugins/plugins.hpp"
#include "campaign/run_key.hpp"
#include "campaign/vet/vet.hpp"

namespace fencelab::campaign {

namespace {

/// So that it stays in its cell, and is no markup.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    const bool is_markup = std::string_view("|*_`<>[]\\#&").find(c) != std::string_view::npos;
    if (is_markup) safe += '\\';
    safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return safe;
}

/// What a page has room for.
std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 300;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // in UTF-8
  return text.substr(0, end) + " ...";
}

std::string command_of(const VetFinding& finding) {
  if (!finding.in_schedules)
    return reproduce_command(finding.file, {}, finding.stack, finding.seed);
  return fmt::format("fencelab check {} --stack {} --seeds {} --strength explored --paranoid{}",
                     shell_word(finding.file), shell_word(finding.stack), finding.seed,
                     plugin_arguments());
}

std::size_t count_of(const VetResult& result, VetCheck check) {
  return static_cast<std::size_t>(
      std::count_if(result.findings.begin(), result.findings.end(),
                    [&](const VetFinding& finding) { return finding.check == check; }));
}

std::string findings_of(const VetResult& result, VetCheck check) {
  constexpr std::size_t kShown = 5;
  std::string text;
  std::size_t shown = 0;
  for (const VetFinding& finding : result.findings) {
    if (finding.check != check || ++shown > kShown) continue;
    text +=
        fmt::format("- {} under {}: {}\n\n      {}\n", escaped(finding.scenario),
                    escaped(finding.stack), escaped(shortened(finding.words)), command_of(finding));
  }
  if (shown > kShown) text += fmt::format("- and {} more\n", shown - kShown);
  return text;
}

}  // namespace

std::string vet_report(const policies::PolicyInfo& policy, const VetResult& result,
                       std::size_t passed_over, const std::string& build) {
  std::string page = fmt::format(
      "# {} of axis {}: {}\n\n{}\n\n"
      "Made by fencelab {}.{} {} scenarios, each under a stack and under the same with this "
      "policy: "
      "{} runs. Schedules were explored of {} of them ({} schedules, within bounds). {} scenarios "
      "were passed over: the policy has no place in their stacks.\n\n"
      "| check | what it asks | findings |\n|---|---|---|\n",
      policy.name, policy.axis, result.findings.empty() ? "passed" : "failed",
      escaped(policy.summary), escaped(build),
      policy.plugin.empty() ? " Built in." : " Of plug-in " + escaped(policy.plugin) + ".",
      result.scenarios, result.runs, result.explored, result.schedules, passed_over);
  for (const VetCheck check : kVetChecks) {
    const std::size_t count = count_of(result, check);
    page += fmt::format("| {} | {} | {} |\n", to_string(check), meaning_of(check),
                        count == 0 ? std::string("none") : fmt::format("**{}**", count));
  }
  for (const VetCheck check : kVetChecks)
    if (count_of(result, check) > 0)
      page += fmt::format("\n## {}\n\n{}", to_string(check), findings_of(result, check));
  return page;
}

}  // namespace fencelab::campaign
