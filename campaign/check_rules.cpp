#include "campaign/check_rules.hpp"

#include "analysis/lockdep/rules.hpp"
#include "core/assert.hpp"

namespace fencelab::campaign {

const std::vector<CheckRule>& check_rules() {
  static const std::vector<CheckRule> kRules = [] {
    std::vector<CheckRule> rules = {
        {"deadlock", "A set of waits that hold each other up",
         "The members of the core wait for each other, and nothing outside them can release one. "
         "Break one wait of the cycle: drop what is held before waiting, order the acquisitions, "
         "or "
         "let the waiter be released by something that does not depend on the cycle."},
        {"orphan-wait", "A wait that nobody can end",
         "What is waited for has no producer: a fence that nobody will signal, a value that nobody "
         "will reach. Every fence needs somebody who signals it whatever user space does."},
        {"masked-deadlock", "A deadlock or orphan wait that only a timeout broke",
         "The set was stuck until a recovery timer acted. The state is examined the instant "
         "before, "
         "so a rescue does not hide the fault. Somebody paid for it: see the jobs lost."},
        {"livelock", "Events go on, and nothing completes",
         "In a timed run: for a whole progress bound no operation, job or frame completed and no "
         "engine executed anything, although events went on. Explored: processes go round for "
         "ever, everybody who can act does act, and no schedule leads out of it."},
        {"soft-livelock", "Processes can go round for ever without anything completing",
         "A schedule in which everybody who can act does act goes round for ever; others lead out "
         "of it. A warning, unless `expect` claims livelock. Tickets, or waiting for what was "
         "contended, make sure that somebody gets through."},
        {"stall", "Work waited for a producer that a fault had hung",
         "Not a deadlock: without the fault of the scenario the wait would have ended."},
        {"starvation", "Somebody waited longer than its bound while others went on",
         "The job had nothing in its way but others, and its engine served them."},
        {"read-write-race", "A reader and a writer of the same bytes that nothing orders",
         "Two jobs, or a job and a thread with a mapping, and nothing makes the end of one happen "
         "before the start of the other, even if luck kept them apart. Let the later one wait for "
         "the earlier one, or for anything after it. Seen in the timed runs; a bound on "
         "races_count, or on a column that counts it, in `metrics` of `expect` says that it may."},
        {"write-write-race", "Two writers of the same bytes that nothing orders",
         "As read-write-race; what the bytes are afterwards depends on who was last."},
        {"absent-memory", "An access to memory that is freed, moved away or not bound",
         "The access began while the memory was not there, or went on when it was taken. Who frees "
         "or moves memory has to wait for those who use it, and who uses it for its return. "
         "absences_count in `metrics` of `expect` says that it may."},
        {"undrawn-frame", "A buffer is on the screen before it is drawn",
         "What was drawing it when the flip was asked for was not done when the flip was latched: "
         "the flip has no in-fence that is after that. undrawn_count in `metrics` of `expect` says "
         "that it may."},
        {"stale-frame",
         "A frame is shown after a newer one, or drawn over before it left the screen",
         "Flips of one swapchain got out of order, or what came after the flip drew into its "
         "buffer before a later flip was latched there: it has to wait for the out-fence of that "
         "one. stale_count in `metrics` of `expect` says that it may."},
        {"unexpected-verdict", "The verdict is not the one that the scenario states",
         "`expect` of the scenario names the verdict under each stack. Either the mechanism "
         "changed "
         "or the expectation is wrong.",
         false},
        {"different-core", "No finding has the members that the scenario names",
         "`core` in `expect` names who holds each other up.", false},
        {"different-cycle", "What is stuck is not stuck in the way that the scenario says",
         "`cycle` in `expect` says who waits for what, and who alone could bring it, edge by edge. "
         "The failure names the edges that differ from those of the finding that is most alike.",
         false},
        {"strength-not-reached", "The claim of freedom is weaker than what was asked for",
         "Nothing bad was found, but not at the strength asked for: a budget or bound was hit, or "
         "the strength is not built into this program. Never taken for success.",
         false},
        {"nondeterminism", "Two equal checks differed",
         "The same scenario, stack and seed must give the same events. This is a fault of Fencelab "
         "or of a policy.",
         false},
        {"check-failed", "The check crashed, did no work or was stopped",
         "There is no verdict: the worker crashed, nothing ran before the horizon, or the budget "
         "of "
         "wall time was over.",
         false},
    };
    // What the ordering graph can find broken: each has a word of its own there.
    for (const analysis::RuleWords& known : analysis::all_rules())
      rules.push_back({std::string(known.rule), std::string(known.words),
                       "Foretold by the orders of a run that completed: it is confirmed when a "
                       "schedule was found that gets stuck so, refuted when every schedule was "
                       "tried and none does, else open. See docs/guide/predicted.md."});
    return rules;
  }();
  return kRules;
}

const CheckRule* find_rule(std::string_view id) {
  for (const CheckRule& rule : check_rules())
    if (rule.id == id) return &rule;
  return nullptr;
}

std::string rule_of_kind(std::string_view kind) {
  if (kind == "orphan") return "orphan-wait";
  if (kind == "masked") return "masked-deadlock";
  if (kind == "starved") return "starvation";
  FENCELAB_ASSERT(find_rule(kind) != nullptr, "no rule for kind {}", kind);
  return std::string(kind);
}

}  // namespace fencelab::campaign
