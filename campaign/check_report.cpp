#include "campaign/check_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "analysis/deadlock/text.hpp"
#include "analysis/report/swim_lanes.hpp"
#include "campaign/hazard_rules.hpp"
#include "campaign/plugins/plugins.hpp"
#include "core/stable_hash.hpp"

namespace fencelab::campaign {

namespace {

constexpr std::size_t kColumns = 11;
using Line = std::array<std::string, kColumns>;
constexpr std::size_t kReportLines = 40;

std::string count_word(const std::optional<std::uint64_t>& count) {
  return count ? fmt::format("{}", *count) : "-";
}

Line line_of(const CheckRecord& record, const Judgement& judgement) {
  return {record.scenario,
          record.stack,
          record.verdict.empty() ? "-" : record.verdict,
          record.status == "ok" ? strength_word(record) : "-",
          std::string(to_string(record.livelock.outcome)),
          fmt::format("{}", record.work.executions),
          count_word(record.work.states),
          count_word(record.work.blocked),
          count_word(record.work.depth),
          fmt::format("{:.3f}", record.wall_seconds),
          std::string(result_word(record, judgement))};
}

bool is_number_column(std::size_t column) { return column >= 5 && column <= 9; }

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// What a table shows of the steps: where the last way out was missed, and who does not go on.
std::vector<analysis::TakenStep> steps_of(const CheckFinding& finding) {
  std::vector<analysis::TakenStep> steps = finding.way.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto is_same = [&](const analysis::TakenStep& other) {
      return other.process == steps[i].process;
    };
    const bool is_last =
        std::none_of(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(), is_same);
    if (!is_last) steps[i].note.clear();
    steps[i].place.clear();
    if (finding.way.critical != i) continue;
    steps[i].note = steps[i].note.empty() ? "*** no way out from here ***"
                                          : "*** no way out from here ***, " + steps[i].note;
  }
  return steps;
}

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '"', '\'');
  return "\"" + text + "\"";
}

std::string verdict_line(const CheckRecord& record, const CheckFinding& finding,
                         FindingStanding standing) {
  std::string kind = finding.kind;
  for (char& c : kind) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (finding.state != CheckFinding::State::none)
    kind += fmt::format("({})", to_string(finding.state));
  std::string line =
      fmt::format("{} rule={} scenario={} stack={} strength={} {} standing={} id={} class={}", kind,
                  finding.rule, record.scenario, record.stack,
                  find_hazard_rule(finding.kind) ? "observed" : strength_word(record),
                  work_words(record.work), to_string(standing),
                  class_fingerprint(baseline_key(record, finding)), quoted(finding.signature));
  if (finding.place.line > 0)
    line +=
        fmt::format(" at={}:{}:{}", finding.place.file, finding.place.line, finding.place.column);
  return line + "\n";
}

std::string again(const CheckRecord& record, const CheckFinding& finding) {
  if (!finding.way.token.empty())
    return fmt::format("replay: fencelab replay '{}'{}\n", finding.way.token, plugin_arguments());
  std::vector<std::string> seeds;
  for (const std::uint64_t seed : record.seeds) seeds.push_back(fmt::format("{}", seed));
  return fmt::format(
      "again: fencelab run {} --stack {}{} (a timed run has no schedule; seeds {})\n", record.file,
      record.stack, plugin_arguments(), fmt::join(seeds, ", "));
}

std::string way_lines(const Counterexample& way) {
  if (way.token.empty()) return {};
  std::string lines = fmt::format("schedule: {} steps, {} switches (of {} found)\n",
                                  way.steps.size(), way.switches, way.found_steps);
  if (way.doomed) return lines + "critical step: none; every schedule gets stuck\n";
  if (!way.critical || *way.critical >= way.steps.size()) return lines;
  const analysis::TakenStep& step = way.steps[*way.critical];
  return lines + fmt::format("critical step: #{} {}: {}{}{}; before it there is a way out\n",
                             *way.critical + 1, step.process, step.operation,
                             step.question.empty() ? "" : ", choice ", step.question);
}

/// What it costs; of what is stuck nothing can be said.
std::string cost_words(const FixTrial& fix) {
  if (fix.outcome > FixTrial::Outcome::recovers) return {};
  std::string words = fmt::format(
      " (done after {}", analysis::format_time(core::Time(
                             core::Duration(static_cast<std::int64_t>(fix.run.makespan_ns)))));
  for (const auto& [count, what] : {std::pair{fix.run.jobs_lost, "lost"},
                                    {fix.run.hazards, "hazards"},
                                    {fix.run.allocation_failures, "allocations failed"}})
    if (count > 0) words += fmt::format(", {} {}", count, what);
  return words + ")";
}

std::string outcome_words(const FixTrial& fix) {
  switch (fix.outcome) {
    case FixTrial::Outcome::proved: return "proved free";
    case FixTrial::Outcome::explored: return fix.strength + ", nothing found";
    case FixTrial::Outcome::predicted: return "not stuck in its run, and nothing foretold";
    case FixTrial::Outcome::observed: return "not stuck in its run";
    case FixTrial::Outcome::worse: return fmt::format("not stuck ({}), at a price", fix.strength);
    case FixTrial::Outcome::recovers: return "recovers, not free: stuck until a timer fires";
    case FixTrial::Outcome::other: return "still stuck, on something else: " + fix.core;
    case FixTrial::Outcome::same: return "still stuck on the same";
    case FixTrial::Outcome::failed: break;
  }
  return "no verdict";
}

std::string fix_lines(const CheckFinding& finding) {
  if (finding.fixes_tried == 0) return {};
  std::string lines =
      fmt::format("fix candidates ({} tried, each checked again: {} free, {} still stuck):\n",
                  finding.fixes_tried, finding.fixes_free, finding.fixes_stuck);
  std::size_t number = 0;
  for (const FixTrial& fix : finding.fixes) {
    const std::string alike =
        fix.alike.empty() ? "" : fmt::format("; likewise {}", fmt::join(fix.alike, ", "));
    lines += fmt::format(" [{}] {}: {}{}{}\n", ++number, fix.change, outcome_words(fix),
                         cost_words(fix), alike);
  }
  return lines;
}

std::string reduced_lines(const ReducedScenario& reduced) {
  if (!reduced.problem.empty()) return fmt::format("smaller scenario: none: {}\n", reduced.problem);
  if (reduced.text.empty()) return {};
  return fmt::format(
      "smaller scenario: {}, without {} ({} trials)\n", reduced.file,
      reduced.removed.empty() ? "prose" : fmt::format("{}", fmt::join(reduced.removed, ", ")),
      reduced.trials);
}

}  // namespace

std::string work_words(const CheckWork& work) {
  std::string words =
      fmt::format("executions={} states={} blocked={} depth={}", work.executions,
                  count_word(work.states), count_word(work.blocked), count_word(work.depth));
  if (!work.bounds_hit.empty())
    words +=
        fmt::format(" bounds_hit={}", quoted(fmt::format("{}", fmt::join(work.bounds_hit, ", "))));
  return words;
}

std::string class_fingerprint(const BaselineKey& key) {
  std::uint64_t hash = core::stable_hash("fencelab-class-1");
  for (const std::string* part : {&key.scenario, &key.stack, &key.rule, &key.signature}) {
    hash = core::stable_hash(*part, hash);
    hash = core::stable_hash(std::string_view("\0", 1), hash);
  }
  return fmt::format("{:016x}", hash);
}

std::string check_table(const std::vector<CheckRecord>& records,
                        const std::vector<Judgement>& judgements) {
  std::vector<Line> lines = {{"scenario", "stack", "verdict", "strength", "livelock", "executions",
                              "states", "blocked", "depth", "seconds", "result"}};
  for (std::size_t i = 0; i < records.size(); ++i)
    lines.push_back(line_of(records[i], judgements[i]));
  std::array<std::size_t, kColumns> widths{};
  for (const Line& line : lines)
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string table;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i + 1 < kColumns; ++i)
      table += is_number_column(i) ? fmt::format("{:>{}}  ", line[i], widths[i])
                                   : fmt::format("{:<{}}  ", line[i], widths[i]);
    table += line.back() + "\n";
  }
  return table;
}

std::string finding_report(const CheckRecord& record, const CheckFinding& finding,
                           FindingStanding standing) {
  std::string report = verdict_line(record, finding, standing) + finding.text;
  if (!report.ends_with('\n')) report += '\n';
  report += way_lines(finding.way);
  std::string end = fix_lines(finding) + reduced_lines(finding.reduced) + again(record, finding);
  if (!record.assumptions.empty())
    end += fmt::format("assumptions: {}\n", fmt::join(record.assumptions, "; "));
  const auto steps = steps_of(finding);
  const std::size_t used = lines_in(report) + lines_in(end) + 1;
  constexpr std::size_t kFewestRows = 6;
  if (!steps.empty())
    report += analysis::render_swim_lanes(
        steps, {.rows_max = used + kFewestRows < kReportLines ? kReportLines - used : kFewestRows});
  return report + end;
}

}  // namespace fencelab::campaign
