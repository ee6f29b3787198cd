#include "campaign/check_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "analysis/explore/schedule_token.hpp"
#include "analysis/report/swim_lanes.hpp"
#include "core/stable_hash.hpp"

namespace fencelab::campaign {

namespace {

constexpr std::size_t kColumns = 10;
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
          fmt::format("{}", record.work.executions),
          count_word(record.work.states),
          count_word(record.work.blocked),
          count_word(record.work.depth),
          fmt::format("{:.3f}", record.wall_seconds),
          std::string(result_word(record, judgement))};
}

bool is_number_column(std::size_t column) { return column >= 4 && column <= 8; }

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::vector<analysis::TakenStep> steps_of(const CheckFinding& finding) {
  std::vector<analysis::TakenStep> steps;
  for (const std::string& text : finding.schedule) {
    const auto parsed = analysis::parse_step(text);
    if (parsed)
      steps.push_back(
          {parsed.step.process, parsed.step.operation, parsed.step.choice.value_or(""), "", ""});
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
                  finding.rule, record.scenario, record.stack, strength_word(record),
                  work_words(record.work), to_string(standing),
                  class_fingerprint(baseline_key(record, finding)), quoted(finding.signature));
  if (finding.place.line > 0)
    line +=
        fmt::format(" at={}:{}:{}", finding.place.file, finding.place.line, finding.place.column);
  return line + "\n";
}

std::string again(const CheckRecord& record, const CheckFinding& finding) {
  if (!finding.token.empty()) return fmt::format("replay: fencelab replay '{}'\n", finding.token);
  std::vector<std::string> seeds;
  for (const std::uint64_t seed : record.seeds) seeds.push_back(fmt::format("{}", seed));
  return fmt::format("again: fencelab run {} --stack {} (a timed run has no schedule; seeds {})\n",
                     record.file, record.stack, fmt::join(seeds, ", "));
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
  std::vector<Line> lines = {{"scenario", "stack", "verdict", "strength", "executions", "states",
                              "blocked", "depth", "seconds", "result"}};
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
  std::string end = again(record, finding);
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
