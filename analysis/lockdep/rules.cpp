#include "analysis/lockdep/rules.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "analysis/deadlock/signature.hpp"

namespace fencelab::analysis {

using core::OrderKind;

namespace {

constexpr std::array<RuleWords, 25> kRules = {{
    {"lock-order", "locks are taken in orders that close a cycle"},
    {"lock-recursion", "a lock is taken while another of its class is held"},
    {"wait-in-signalling-section",
     "a fence is waited for on the way to signalling one of its class"},
    {"lock-in-signalling-section", "a fence is waited for under a lock that its signaller takes"},
    {"alloc-in-signalling-section",
     "memory is allocated on the way to a fence that reclaim may wait for"},
    {"alloc-in-notifier", "memory is allocated in an MMU notifier, which reclaim may call"},
    {"notifier-recursion", "an MMU notifier waits for the end of MMU notifiers"},
    {"notifier-lock-over-alloc", "memory is allocated under a lock that an MMU notifier takes"},
    {"reclaim-lock-over-alloc", "memory is allocated under a lock that reclaim takes"},
    {"fence-depends-on-user-fence", "a kernel fence waits for what only user space brings about"},
    {"wait-under-lock", "user space must get at a lock that is held while waiting for it"},
    {"completion-under-lock", "a completion is waited for under a lock that its provider takes"},
    {"completion-in-reclaim",
     "reclaim waits for a completion whose provider allocates memory first"},
    {"user-fence-in-reclaim", "reclaim waits for user space, which may need memory first"},
    {"flush-under-lock", "work is waited for under a lock that the work takes"},
    {"ordered-queue-wait", "work waits for what stands behind it in its ordered queue"},
    {"irq-lock-state", "a lock is taken in interrupts and where an interrupt may strike"},
    {"irq-lock-order",
     "a lock taken in interrupts is held while one is taken that an interrupt may strike under"},
    {"double-unlock", "a lock is released that nobody holds"},
    {"init-of-held-lock", "a lock is initialised while it is held"},
    {"resv-lock-in-notifier", "an MMU notifier waits for a reservation, which it may only try"},
    {"resv-lock-in-reclaim", "reclaim waits for a reservation, which it may only try"},
    {"fence-wait-in-atomic-context",
     "a fence is waited for to get memory for an allocation that may not sleep"},
    {"fence-wait-in-nofs-reclaim",
     "a shrinker waits for a fence for an allocation that may not call shrinkers"},
    {"lock-held-at-exit", "a process ends and keeps a lock"},
}};

struct Kinds {
  explicit Kinds(const Prediction& prediction) {
    for (const PredictedClass& node : prediction.cycle)
      ++count[static_cast<std::size_t>(node.kind)];
  }
  bool has(OrderKind kind) const { return count[static_cast<std::size_t>(kind)] > 0; }
  std::array<unsigned, std::size(core::kOrderKindNames)> count{};
};

/// Whether some edge leads from a class of kind `from` to one of kind `to`.
bool leads(const Prediction& prediction, OrderKind from, OrderKind to) {
  for (std::size_t i = 0; i < prediction.cycle.size(); ++i)
    if (prediction.cycle[i].kind == from &&
        prediction.cycle[(i + 1) % prediction.cycle.size()].kind == to)
      return true;
  return false;
}

}  // namespace

// From what is most telling to what is least: the first that fits.
std::string_view rule_of(const Prediction& prediction) {
  const Kinds kinds(prediction);
  const bool locks = kinds.has(OrderKind::lock) || kinds.has(OrderKind::ww_lock);
  if (leads(prediction, OrderKind::fence, OrderKind::value)) return "fence-depends-on-user-fence";
  if (leads(prediction, OrderKind::fence, OrderKind::reclaim) ||
      (kinds.has(OrderKind::fence) && leads(prediction, OrderKind::fence, OrderKind::notifier)))
    return "alloc-in-signalling-section";
  if (leads(prediction, OrderKind::notifier, OrderKind::notifier)) return "notifier-recursion";
  if (leads(prediction, OrderKind::notifier, OrderKind::reclaim)) return "alloc-in-notifier";
  if (kinds.has(OrderKind::queue)) return locks ? "flush-under-lock" : "ordered-queue-wait";
  if (kinds.has(OrderKind::work)) return "flush-under-lock";
  const bool reclaims = kinds.has(OrderKind::reclaim) || kinds.has(OrderKind::notifier);
  if (kinds.has(OrderKind::completion))
    return locks || !reclaims ? "completion-under-lock" : "completion-in-reclaim";
  if (kinds.has(OrderKind::value))
    return locks || !reclaims ? "wait-under-lock" : "user-fence-in-reclaim";
  if (kinds.has(OrderKind::notifier) && !kinds.has(OrderKind::fence))
    return locks ? "notifier-lock-over-alloc" : "alloc-in-notifier";
  if (kinds.has(OrderKind::fence))
    return locks ? "lock-in-signalling-section" : "wait-in-signalling-section";
  if (kinds.has(OrderKind::reclaim)) return "reclaim-lock-over-alloc";
  return prediction.cycle.size() == 1 ? "lock-recursion" : "lock-order";
}

std::span<const RuleWords> all_rules() { return kRules; }

bool is_about_contexts(std::string_view rule) {
  constexpr std::array<std::string_view, 4> kContexts = {
      "resv-lock-in-notifier", "resv-lock-in-reclaim", "fence-wait-in-atomic-context",
      "fence-wait-in-nofs-reclaim"};
  return std::find(kContexts.begin(), kContexts.end(), rule) != kContexts.end();
}

std::string_view words_of_rule(std::string_view rule) {
  for (const auto& [name, words] : kRules)
    if (name == rule) return words;
  return "an order is broken";
}

std::string signature_of(const Prediction& prediction) {
  std::vector<std::string> classes;
  for (const PredictedClass& node : prediction.cycle)
    classes.push_back(std::string(to_string(node.kind)) + " " + strip_instances(node.name));
  std::vector<std::string> best = classes;
  for (std::size_t i = 1; i < classes.size(); ++i) {
    std::rotate(classes.begin(), classes.begin() + 1, classes.end());
    best = std::min(best, classes);
  }
  std::string signature = prediction.rule + ":";
  for (std::size_t i = 0; i < best.size(); ++i) signature += (i ? " -> " : " ") + best[i];
  return signature;
}

}  // namespace fencelab::analysis
