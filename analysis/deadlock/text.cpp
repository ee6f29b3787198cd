#include "analysis/deadlock/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/deadlock/explain.hpp"

namespace fencelab::analysis {
namespace {

using core::AgentIndex;

constexpr std::size_t kAlternativesShown = 4;
constexpr std::size_t kHoldsShown = 4;
constexpr std::size_t kReasonsShown = 5;
constexpr std::size_t kCycleStepsShown = 16;

using Names = std::map<AgentIndex, std::string>;

Names names_of(const Finding& finding) {
  Names names;
  for (const Member& member : finding.members) names[member.agent] = member.name;
  return names;
}

std::string plural(std::size_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string verdict_line(const Finding& finding) {
  std::string verdict = finding.kind == FindingKind::deadlock ? "DEADLOCK"
                        : finding.kind == FindingKind::orphan ? "ORPHAN WAIT"
                                                              : "STALL";
  if (finding.rescue.exists) verdict += " (masked by a recovery timer)";
  return fmt::format("{}  at {}: {}, {} behind{}\n", verdict, format_time(finding.at),
                     plural(finding.members.size(), "member"), finding.behind.size(),
                     finding.services_only ? ", services only" : "");
}

std::string holds_of(const Member& member, const TextOptions& options) {
  if (member.holds.empty()) return "-";
  std::string words;
  for (std::size_t i = 0; i < std::min(member.holds.size(), kHoldsShown); ++i) {
    const core::HeldItem& held = member.holds[i];
    words += (i ? ", " : "") + held.label;
    std::string how;
    if (!held.by_operation.empty()) how += " by " + held.by_operation;
    if (options.describe_place && held.place != core::kNoIndex)
      how += " at " + options.describe_place(held.place);
    if (!how.empty()) words += fmt::format(" ({})", how.substr(1));
  }
  if (member.holds.size() > kHoldsShown)
    words += fmt::format(", {} more", member.holds.size() - kHoldsShown);
  return words;
}

std::string needed_by(const Member& member, const WaitedItem& item) {
  if (!is_itself(member, item)) return item.label;
  return "its own end, but" + item.label.substr(member.name.size());
}

std::string waits_of(const Member& member) {
  if (member.waits.size() == 1) {
    const std::string mode = member.mode.empty() ? "" : fmt::format(" (one of {})", member.mode);
    return needed_by(member, member.waits.front()) + mode;
  }
  std::string words = member.mode + ":";
  for (std::size_t i = 0; i < std::min(member.waits.size(), kAlternativesShown); ++i)
    words += (i ? " | " : " ") + needed_by(member, member.waits[i]);
  if (member.waits.size() > kAlternativesShown)
    words += fmt::format(" | {} more", member.waits.size() - kAlternativesShown);
  return words;
}

/// What other members wait for and this one could bring about.
std::set<std::string> provided_by(const Finding& finding, AgentIndex agent) {
  std::set<std::string> labels;
  for (const Member& member : finding.members)
    for (const WaitedItem& item : member.waits)
      if (std::binary_search(item.providers.begin(), item.providers.end(), agent))
        labels.insert(item.label);
  return labels;
}

void append_member(std::string& out, const Finding& finding, const Member& member,
                   std::size_t width, const TextOptions& options) {
  out += fmt::format(" {:<{}}  waits  {} [{}]  since {}\n", member.name, width, waits_of(member),
                     core::to_string(member.reason), format_time(member.since));
  out += fmt::format(" {:<{}}  holds  {}", "", width, holds_of(member, options));
  const auto provided = provided_by(finding, member.agent);
  if (!provided.empty()) {
    out += fmt::format("   provides  {}", *provided.begin());
    if (provided.size() > 1) out += fmt::format(", {} more", provided.size() - 1);
  }
  out += '\n';
  std::string where = member.operation;
  if (options.describe_place && member.place != core::kNoIndex)
    where += (where.empty() ? "" : "  at ") + options.describe_place(member.place);
  if (!where.empty()) out += fmt::format(" {:<{}}  doing  {}\n", "", width, where);
}

void append_members(std::string& out, const Finding& finding, const TextOptions& options) {
  const std::size_t shown = std::min(finding.members.size(), options.members_max);
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown; ++i) width = std::max(width, finding.members[i].name.size());
  for (std::size_t i = 0; i < shown; ++i)
    append_member(out, finding, finding.members[i], width, options);
  if (shown < finding.members.size())
    out += fmt::format(" ... and {} more members\n", finding.members.size() - shown);
}

void append_cycle(std::string& out, const Finding& finding) {
  if (finding.cycle.empty()) return;
  const Names names = names_of(finding);
  out += "cycle: ";
  for (std::size_t i = 0; i < std::min(finding.cycle.size(), kCycleStepsShown); ++i) {
    const CycleEdge& edge = finding.cycle[i];
    const std::string guard = edge.guard.empty() ? "" : ", guarded by " + edge.guard;
    out += fmt::format("{} -[{}{}]-> ", names.at(edge.from), edge.label, guard);
  }
  if (finding.cycle.size() > kCycleStepsShown)
    out += fmt::format("... {} more -> ", finding.cycle.size() - kCycleStepsShown);
  out += names.at(finding.cycle.back().to) + "\n";
}

const Member& member_of(const Finding& finding, AgentIndex agent) {
  return *std::find_if(finding.members.begin(), finding.members.end(),
                       [agent](const Member& member) { return member.agent == agent; });
}

/// Who could bring the item about, and why they do not.
std::string release_of(const Finding& finding, const WaitedItem& item) {
  std::string line = "only ";
  for (std::size_t i = 0; i < std::min(item.providers.size(), kAlternativesShown); ++i)
    line += (i ? ", " : "") + member_of(finding, item.providers[i]).name;
  if (item.providers.size() > kAlternativesShown)
    line += fmt::format(", {} more", item.providers.size() - kAlternativesShown);
  if (item.providers.size() > 1) return line + " could bring it, and all of them are stuck";
  const Member& provider = member_of(finding, item.providers.front());
  return fmt::format("{} could bring it, and waits for {}", line, waits_of(provider));
}

std::string why_line(const Finding& finding, const Member& member, const WaitedItem& item) {
  if (is_itself(member, item))
    return fmt::format("{}: {}nothing but itself could end it", item.label,
                       item.why.empty() ? "" : item.why + "; ");
  std::string line = fmt::format("{} needs {}: {}", member.name, item.label, item.why);
  if (item.providers.empty()) return line;
  return line + (item.why.empty() ? "" : "; ") + release_of(finding, item);
}

void append_why(std::string& out, const Finding& finding) {
  out += "why no way out:\n";
  std::size_t reasons = 0;
  for (const Member& member : finding.members)
    for (const WaitedItem& item : member.waits)
      if (++reasons <= kReasonsShown) out += " " + why_line(finding, member, item) + "\n";
  if (reasons > kReasonsShown) out += fmt::format(" ... and {} more\n", reasons - kReasonsShown);
  if (!finding.rescue.exists) {
    out += " no recovery timer applies\n";
    return;
  }
  const Names names = names_of(finding);
  out += fmt::format("masked: the timer of {} fires at {}\n", names.at(finding.rescue.agent),
                     format_time(finding.rescue.at));
}

void append_behind(std::string& out, const Finding& finding, const TextOptions& options) {
  if (finding.behind.empty()) return;
  out += fmt::format("behind: {} blocked", finding.behind.size());
  const std::size_t shown = std::min(finding.behind.size(), options.behind_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const BlockedBehind& blocked = finding.behind[i];
    out += fmt::format("{} {}{} ({})", i ? "," : ":", blocked.name,
                       blocked.daemon ? " (service)" : "", blocked.label);
  }
  if (shown < finding.behind.size()) out += fmt::format(", {} more", finding.behind.size() - shown);
  out += '\n';
}

}  // namespace

std::string format_time(core::Time at) {
  if (at == core::kNever) return "never";
  const std::int64_t ns = core::nanoseconds_of(at);
  const std::int64_t ms = ns / 1'000'000;
  const std::int64_t rest = ns % 1'000'000;
  if (rest % 1'000 == 0) return fmt::format("{}.{:03} ms", ms, rest / 1'000);
  return fmt::format("{}.{:06} ms", ms, rest);
}

std::string render_text(const Finding& finding, const TextOptions& options) {
  std::string out = verdict_line(finding);
  append_members(out, finding, options);
  append_cycle(out, finding);
  append_why(out, finding);
  append_behind(out, finding, options);
  out += fmt::format("class: {}\n", finding.signature);
  return out;
}

std::string render_text(const std::vector<Finding>& findings, const TextOptions& options) {
  if (findings.empty()) return "no deadlock: everybody who waits can still be released\n";
  std::string out;
  for (const Finding& finding : findings)
    out += (out.empty() ? "" : "\n") + render_text(finding, options);
  return out;
}

}  // namespace fencelab::analysis
