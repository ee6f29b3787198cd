#include "campaign/judgement.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "campaign/check_rules.hpp"
#include "campaign/expected_cycle.hpp"
#include "campaign/hazard_rules.hpp"

namespace fencelab::campaign {

namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What the scenario says about one stack, and the words in which failures are reported.
class Judge {
 public:
  Judge(const scenarios::Scenario& scenario, const CheckRecord& record, Strength asked,
        const Baseline& baseline)
      : record_(record), baseline_(baseline) {
    judgement_.asked = asked;
    judgement_.findings.assign(record.findings.size(), FindingStanding::expected);
    const auto found = scenario.expect.find(record.stack);
    at_ = scenario.file;
    if (found == scenario.expect.end()) return;
    expect_ = &found->second;
    if (expect_->place.line > 0)  // not written by a --set
      at_ = fmt::format("{}:{}:{}", scenario.file, expect_->place.line, expect_->place.column);
  }

  Judgement result() {
    if (record_.status != "ok") {
      const bool crashed = record_.status == "crashed";
      fail("check-failed", fmt::format("{}: {}", record_.status, record_.message),
           crashed ? Blame::crash : Blame::expectation);
      return judgement_;
    }
    for (const std::string& violation : record_.violations)
      fail("nondeterminism", fmt::format("paranoid: {}", violation), Blame::nondeterminism);
    judge_findings();
    judge_verdict();
    judge_core();
    judge_cycle();
    judge_strength();
    return judgement_;
  }

 private:
  const std::vector<std::string>& allowed() const {
    static const std::vector<std::string> kAny;
    if (!expect_) return kAny;
    return expect_->claim.empty() ? expect_->verdicts : expect_->claim;
  }

  /// Without a word in the scenario, nothing may be stuck; an expectation without verdicts allows
  /// all.
  bool is_allowed(std::string_view verdict) const {
    if (!expect_) return !is_stuck(verdict);
    return allowed().empty() || contains(allowed(), verdict);
  }

  /// Whether the scenario says that this stack gets stuck: then a predicted cycle is no news.
  bool expects_stuck() const {
    return expect_ && std::any_of(allowed().begin(), allowed().end(), is_stuck);
  }

  /// Whether the scenario claims that it can go round for ever; a soft livelock will do then.
  bool claims_livelock() const { return expect_ && contains(allowed(), "livelock"); }
  bool has_soft_livelock() const {
    return std::any_of(record_.findings.begin(), record_.findings.end(),
                       [](const CheckFinding& found) { return found.kind == "soft-livelock"; });
  }

  /// The bound of a column that counts it, by which it is one too many: none if all that there are
  /// allow it, and there is one.
  std::string too_many(const HazardRule& rule) const {
    bool is_stated = false;
    for (const std::string_view column : rule.columns) {
      if (!expect_ || column.empty()) continue;
      const auto bound = expect_->metrics.find(std::string(column));
      if (bound == expect_->metrics.end()) continue;
      is_stated = true;
      const auto counted = record_.hazards.find(bound->first);
      const std::uint64_t count = counted == record_.hazards.end() ? 1 : counted->second;
      if (bound->second.max && static_cast<double>(count) > *bound->second.max)
        return fmt::format("expected {} of at most {}, got {}", column, *bound->second.max, count);
    }
    return is_stated ? ""
                     : fmt::format("nothing says that it may, such as a bound on {}",
                                   rule.columns.front());
  }

  /// Whether it is the cycle that the scenario states, edge by edge.
  bool is_stated_cycle(const CheckFinding& finding) const {
    return expect_ && !expect_->cycle.empty() &&
           cycle_differences(expect_->cycle, finding.edges).empty();
  }

  bool is_stated_rule(const CheckFinding& finding) const {
    return expect_ && std::find(expect_->rules.begin(), expect_->rules.end(), finding.rule) !=
                          expect_->rules.end();
  }

  bool is_expected(const CheckFinding& finding) const {
    if (const HazardRule* hazard = find_hazard_rule(finding.kind)) return too_many(*hazard).empty();
    if (finding.kind == "soft-livelock") return claims_livelock();
    if (finding.kind == "predicted")
      return expects_stuck() || is_stated_cycle(finding) || is_stated_rule(finding);
    return is_allowed(record_.verdict) || is_allowed(finding.kind);
  }

  void judge_findings() {
    for (std::size_t i = 0; i < record_.findings.size(); ++i) {
      const CheckFinding& finding = record_.findings[i];
      FindingStanding& standing = judgement_.findings[i];
      if (finding.state == CheckFinding::State::refuted)
        standing = FindingStanding::refuted;
      else if (baseline_.find(baseline_key(record_, finding)) && !is_expected(finding))
        standing = FindingStanding::accepted;
      else if (!is_expected(finding) && finding.kind == "soft-livelock")
        standing = FindingStanding::warning;
      else if (!is_expected(finding))
        fail_finding(i);
    }
  }

  void fail_finding(std::size_t index) {
    const CheckFinding& finding = record_.findings[index];
    judgement_.findings[index] = FindingStanding::failure;
    const bool happens = is_stuck(finding.kind) || finding.state == CheckFinding::State::confirmed;
    const std::string what = finding.kind == "predicted" ? fmt::format("{} ({})", finding.signature,
                                                                       to_string(finding.state))
                                                         : finding.signature;
    if (const HazardRule* hazard = find_hazard_rule(finding.kind))
      return fail(finding.rule, fmt::format("{}: {}", too_many(*hazard), finding.signature),
                  Blame::expectation, index);
    fail(finding.rule,
         allowed().empty() ? fmt::format("nothing says that it may: {}", what)
                           : fmt::format("expected {}, got {}", fmt::join(allowed(), " or "), what),
         happens ? Blame::deadlock : Blame::expectation, index);
  }

  /// A verdict that no finding stands for: then nothing has been said about it yet.
  void judge_verdict() {
    if (is_allowed(record_.verdict)) return;
    const bool is_soft = claims_livelock() && has_soft_livelock() && !is_stuck(record_.verdict);
    if (is_soft) return;
    for (std::size_t i = 0; i < record_.findings.size(); ++i)
      if (record_.findings[i].kind == record_.verdict &&
          judgement_.findings[i] != FindingStanding::expected)
        return;  // accepted, or a failure already
    fail("unexpected-verdict",
         allowed().empty()
             ? fmt::format("verdict {}, and nothing says that it may", record_.verdict)
             : fmt::format("expected verdict {}, got {}", fmt::join(allowed(), " or "),
                           record_.verdict),
         is_stuck(record_.verdict) ? Blame::deadlock : Blame::expectation);
  }

  void judge_core() {
    if (!expect_ || expect_->core.empty()) return;
    auto wanted = expect_->core;
    std::sort(wanted.begin(), wanted.end());
    for (const CheckFinding& finding : record_.findings) {
      auto members = finding.members;
      std::sort(members.begin(), members.end());
      if (members == wanted) return;
    }
    fail("different-core",
         fmt::format("no finding has just the core {}", fmt::join(expect_->core, ", ")),
         Blame::expectation);
  }

  void judge_cycle() {
    if (!expect_ || expect_->cycle.empty()) return;
    std::vector<std::vector<analysis::WaitEdge>> findings;
    for (const CheckFinding& finding : record_.findings) findings.push_back(finding.edges);
    for (const std::string& difference : cycle_differences(expect_->cycle, findings))
      fail("different-cycle", difference, Blame::expectation);
  }

  /// A stuck verdict that was expected is its own witness, and one that was not fails anyway. One
  /// that is merely accepted says nothing about what else there may be.
  bool is_witness() const {
    if (!is_stuck(record_.verdict)) return false;
    for (std::size_t i = 0; i < record_.findings.size(); ++i)
      if (judgement_.findings[i] == FindingStanding::accepted &&
          !find_hazard_rule(record_.findings[i].kind))
        return false;
    return true;
  }

  void judge_strength() {
    if (is_witness() || record_.strength >= judgement_.asked) return;
    std::string why = record_.shortfall;
    if (why.empty() && !record_.work.bounds_hit.empty())
      why = fmt::format("{}", fmt::join(record_.work.bounds_hit, ", "));
    fail("strength-not-reached",
         fmt::format("strength {} was asked for, {} was reached{}{}", to_string(judgement_.asked),
                     strength_word(record_), why.empty() ? "" : ": ", why),
         Blame::expectation);
  }

  void fail(std::string rule, const std::string& message, Blame blame,
            std::optional<std::size_t> finding = {}) {
    judgement_.failures.push_back(
        {std::move(rule),
         fmt::format("{}: {} under {}: {}", at_, record_.scenario, record_.stack, message), blame,
         finding});
  }

  const CheckRecord& record_;
  const Baseline& baseline_;
  const scenarios::ExpectSpec* expect_ = nullptr;
  std::string at_;
  Judgement judgement_;
};

/// Whether the entry is about this check, and this check could have seen it.
bool covers(const CheckRecord& record, const BaselineEntry& entry) {
  return record.status == "ok" && record.scenario == entry.key.scenario &&
         record.stack == entry.key.stack && record.strength >= entry.strength;
}

bool has(const CheckRecord& record, const BaselineKey& key) {
  return std::any_of(record.findings.begin(), record.findings.end(),
                     [&](const CheckFinding& finding) {
                       return finding.state != CheckFinding::State::refuted &&
                              baseline_key(record, finding) == key;
                     });
}

}  // namespace

std::string_view to_string(FindingStanding standing) {
  switch (standing) {
    case FindingStanding::expected: return "expected";
    case FindingStanding::accepted: return "accepted";
    case FindingStanding::refuted: return "refuted";
    case FindingStanding::warning: return "warning";
    case FindingStanding::failure: break;
  }
  return "failure";
}

std::string_view result_word(const CheckRecord& record, const Judgement& judgement) {
  if (record.status != "ok") return record.status;
  if (!judgement.ok()) return "failed";
  const bool thanks_to_baseline = std::find(judgement.findings.begin(), judgement.findings.end(),
                                            FindingStanding::accepted) != judgement.findings.end();
  return thanks_to_baseline ? "accepted" : "ok";
}

bool is_stuck(std::string_view verdict) {
  return verdict == "deadlock" || verdict == "orphan" || verdict == "masked" ||
         verdict == "livelock";
}

Strength strength_asked(const scenarios::Scenario& scenario, const std::string& stack,
                        std::optional<Strength> wanted) {
  if (wanted) return *wanted;
  const auto found = scenario.expect.find(stack);
  if (found == scenario.expect.end()) return Strength::observed;
  return parse_strength(found->second.strength).value_or(Strength::observed);
}

Judgement judge(const scenarios::Scenario& scenario, const CheckRecord& record, Strength asked,
                const Baseline& baseline) {
  return Judge(scenario, record, asked, baseline).result();
}

BaselineKey baseline_key(const CheckRecord& record, const CheckFinding& finding) {
  return {record.scenario, record.stack, finding.rule, finding.signature};
}

std::vector<BaselineEntry> stale_entries(const Baseline& baseline,
                                         const std::vector<CheckRecord>& records) {
  std::vector<BaselineEntry> stale;
  for (const BaselineEntry& entry : baseline.entries)
    for (const CheckRecord& record : records)
      if (covers(record, entry) && !has(record, entry.key)) stale.push_back(entry);
  return stale;
}

Baseline updated_baseline(const Baseline& old, const std::vector<CheckRecord>& records,
                          const std::vector<Judgement>& judgements) {
  Baseline updated;
  const auto stale = stale_entries(old, records);
  for (const BaselineEntry& entry : old.entries)
    if (std::none_of(stale.begin(), stale.end(),
                     [&](const BaselineEntry& other) { return other.key == entry.key; }))
      updated.entries.push_back(entry);
  for (std::size_t i = 0; i < records.size(); ++i)
    for (const CheckFailure& failure : judgements[i].failures) {
      if (!failure.finding) continue;
      const CheckFinding& finding = records[i].findings[*failure.finding];
      const BaselineKey key = baseline_key(records[i], finding);
      if (!updated.find(key)) updated.entries.push_back({key, records[i].strength, "", 0});
    }
  return updated;
}

}  // namespace fencelab::campaign
