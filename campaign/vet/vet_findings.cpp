#include "campaign/vet/vet_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace fencelab::campaign {

std::string_view to_string(VetCheck check) {
  switch (check) {
    case VetCheck::runs: return "runs";
    case VetCheck::deadlock: return "deadlock";
    case VetCheck::hazard: return "hazard";
    case VetCheck::determinism: return "determinism";
    case VetCheck::conservation: return "conservation";
    case VetCheck::invariance: return "invariance";
  }
  return "";
}

std::string_view meaning_of(VetCheck check) {
  switch (check) {
    case VetCheck::runs: return "no run crashes, fails or takes too long";
    case VetCheck::deadlock:
      return "nothing gets stuck, in timed runs and explored schedules, that did not before";
    case VetCheck::hazard:
      return "no race, absence, undrawn or stale frame, and no broken rule, that was not before";
    case VetCheck::determinism: return "the same run, with other addresses, has the same events";
    case VetCheck::conservation:
      return "jobs and frames that go in come out once, work is what was submitted, memory is "
             "what there is";
    case VetCheck::invariance:
      return "who watches, how long it might go on, and the order of independent steps change "
             "nothing";
  }
  return "";
}

namespace {

/// A column as a number; nothing where it has none.
std::optional<double> number(const RunRecord& record, const std::string& column) {
  const auto found = record.values.find(column);
  if (found == record.values.end() || found->second.empty()) return std::nullopt;
  return std::strtod(found->second.c_str(), nullptr);
}

double value(const RunRecord& record, const std::string& column) {
  return number(record, column).value_or(0);
}

std::string fingerprint(const RunRecord& record) {
  const auto found = record.values.find("fingerprint");
  return record.verdict + " " + (found == record.values.end() ? "" : found->second);
}

bool is_same(const RunRecord& a, const RunRecord& b) { return fingerprint(a) == fingerprint(b); }

class Vetting {
 public:
  Vetting(const VetCase& of, const VetRuns& base, const VetRuns& own)
      : of_(of), base_(base), own_(own) {}

  std::vector<VetFinding> findings() {
    if (!check_runs()) return std::move(findings_);
    check_deadlocks();
    check_hazards();
    if (!is_same(own_.run, own_.again))
      add(VetCheck::determinism, fmt::format("two runs differ: {}, then {}", fingerprint(own_.run),
                                             fingerprint(own_.again)));
    else
      check_invariance();
    check_jobs();
    check_frames();
    check_memory();
    return std::move(findings_);
  }

 private:
  void add(VetCheck check, std::string words, bool in_schedules = false) {
    findings_.push_back({check, of_.scenario.name, of_.name, of_.scenario.file, std::move(words),
                         of_.seed, in_schedules});
  }

  /// False: there is nothing to look at.
  bool check_runs() {
    const std::pair<const char*, const RunRecord*> runs[] = {
        {"the run", &own_.run},
        {"the second run", &own_.again},
        {"the run that nobody watches", &own_.unwatched},
        {"the run with a longer horizon", &own_.longer}};
    bool ok = true;
    for (const auto& [what, run] : runs) {
      if (run->status == "ok") continue;
      // A scenario in which nothing happens under a policy that had nothing to say is no failure.
      if (run->status == base_.run.status) return false;
      add(VetCheck::runs, fmt::format("{}: {}: {}", what, run->status, run->message));
      ok = false;
      break;
    }
    if (own_.explored && own_.explored->status == "crashed")
      add(VetCheck::runs, "exploring schedules: crashed: " + own_.explored->message, true);
    return ok;
  }

  void check_deadlocks() {
    const std::string &before = base_.run.verdict, &now = own_.run.verdict;
    if (before == "complete" && now != "complete")
      add(VetCheck::deadlock, fmt::format("{} under {}, {} now", before, of_.base_name, now));
    if (!own_.explored || own_.explored->status != "ok" || !base_.explored) return;
    std::set<std::string> known;
    for (const CheckFinding& finding : base_.explored->findings) known.insert(finding.kind);
    std::set<std::string> told;
    for (const CheckFinding& finding : own_.explored->findings) {
      if (finding.kind != "deadlock" && finding.kind != "orphan") continue;
      if (known.contains(finding.kind) || !told.insert(finding.signature).second) continue;
      add(VetCheck::deadlock,
          fmt::format("{} in a schedule: {}{}", finding.kind, finding.signature,
                      finding.way.token.empty() ? std::string()
                                                : fmt::format(" (replay '{}')", finding.way.token)),
          true);
    }
  }

  void check_hazards() {
    for (const char* const column :
         {"races_count", "absences_count", "undrawn_count", "stale_count"}) {
      const double before = value(base_.run, column), now = value(own_.run, column);
      // A policy that is slower or faster may meet a known trouble more often.
      if (before == 0 && now > 0)
        add(VetCheck::hazard, fmt::format("{} is {}, and 0 under {}", column, now, of_.base_name));
    }
    for (const auto& [rule, text] : own_.run.broken_rules)
      if (!base_.run.broken_rules.contains(rule))
        add(VetCheck::hazard, fmt::format("breaks {}, which {} keeps", rule, of_.base_name));
  }

  /// Only what holds for the other policy is asked of this one.
  void check_invariance() {
    if (is_same(base_.run, base_.unwatched) && !is_same(own_.run, own_.unwatched))
      add(VetCheck::invariance, fmt::format("a run that fewer watch differs: {}, not {}",
                                            fingerprint(own_.unwatched), fingerprint(own_.run)));
    if (is_same(base_.run, base_.longer) && own_.run.verdict == "complete" &&
        base_.run.verdict == "complete" && !is_same(own_.run, own_.longer))
      add(VetCheck::invariance, fmt::format("with twice the horizon it differs: {}, not {}",
                                            fingerprint(own_.longer), fingerprint(own_.run)));
    if (!own_.explored || own_.explored->violations.empty()) return;
    if (base_.explored && !base_.explored->violations.empty()) return;
    add(VetCheck::invariance, own_.explored->violations.front(), true);
  }

  void check_jobs() {
    const RunRecord& run = own_.run;
    const double submitted = value(run, "jobs_submitted_count"),
                 ended = value(run, "jobs_done_count") + value(run, "jobs_lost_count");
    if (ended > submitted)
      add(VetCheck::conservation, fmt::format("{} jobs ended of {} submitted", ended, submitted));
    if (run.verdict == "complete" && base_.run.verdict == "complete" &&
        value(base_.run, "jobs_submitted_count") == base_jobs_ended() && ended < submitted)
      add(VetCheck::conservation,
          fmt::format("it is complete, and {} jobs ended of {} submitted", ended, submitted));
    check_work();
  }

  double base_jobs_ended() const {
    return value(base_.run, "jobs_done_count") + value(base_.run, "jobs_lost_count");
  }

  /// Engines execute what was submitted: no less where as many jobs were done in full.
  void check_work() {
    const auto is_whole = [](const RunRecord& run) {
      return run.verdict == "complete" && value(run, "jobs_lost_count") == 0 &&
             value(run, "resets_count") == 0;
    };
    const RunRecord &run = own_.run, &base = base_.run;
    if (!is_whole(run) || !is_whole(base)) return;
    if (value(run, "jobs_done_count") != value(base, "jobs_done_count")) return;
    const char* const column = "job_time_running_ns";
    const double before = value(base, column), now = value(run, column);
    constexpr double kMuch = 0.5;  // preemption, clears and moves on engines are of the policies
    if (now < before * kMuch)
      add(VetCheck::conservation,
          fmt::format("as many jobs were done as under {} with {} ns of execution instead of {} ns",
                      of_.base_name, now, before));
  }

  void check_frames() {
    const RunRecord& run = own_.run;
    const double out = value(run, "frames_shown_count") + value(run, "frames_dropped_count"),
                 in = value(run, "frames_presented_count");
    if (out > in)
      add(VetCheck::conservation,
          fmt::format("{} frames were shown or dropped of {} presented", out, in));
  }

  void check_memory() {
    std::uint64_t vram = 0;
    for (const scenarios::GpuSpec& gpu : of_.scenario.platform.gpus) vram += gpu.vram_bytes;
    const auto check = [&](const char* column, std::uint64_t most) {
      if (most > 0 && value(own_.run, column) > static_cast<double>(most))
        add(VetCheck::conservation,
            fmt::format("{} is {}, and there are {} bytes", column, value(own_.run, column), most));
    };
    check("vram_peak_bytes", vram);
    check("system_peak_bytes", of_.scenario.platform.memory_bytes);
  }

  const VetCase& of_;
  const VetRuns &base_, &own_;
  std::vector<VetFinding> findings_;
};

}  // namespace

std::vector<VetFinding> vet_findings(const VetCase& of, const VetRuns& base, const VetRuns& own) {
  return Vetting(of, base, own).findings();
}

}  // namespace fencelab::campaign
