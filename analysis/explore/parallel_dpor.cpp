#include "analysis/explore/parallel_dpor.hpp"

#include <algorithm>
#include <limits>

#include "analysis/explore/dpor_search.hpp"
#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

constexpr std::chrono::duration<double> kPatience{0.02};

/// A level of a branching, or a part that could be split, and how near it is to the root.
struct Source {
  std::uint32_t depth = std::numeric_limits<std::uint32_t>::max();
  Branching* branching = nullptr;
  std::size_t level = 0;
  Part* part = nullptr;
};

void collect(Part& part, std::vector<Source>& sources) {
  if (part.standing == Part::Standing::ready && !part.state.is_new) {
    for (std::uint32_t i = part.state.floor; i < part.state.nodes.size(); ++i) {
      if (!has_more(part.state.nodes[i])) continue;
      sources.push_back({i, nullptr, 0, &part});
      break;
    }
  }
  if (!part.branching) return;
  Branching& branching = *part.branching;
  for (std::size_t i = 0; i < branching.levels.size(); ++i)
    if (has_more(branching, i))
      sources.push_back({static_cast<std::uint32_t>(branching.floor + i), &branching, i, nullptr});
  collect(*branching.head, sources);
  for (auto& level : branching.levels)
    for (auto& ahead : level.ahead) collect(*ahead.part, sources);
}

}  // namespace

DeadState complete(Subject& subject, const ExecutionOptions& options, const DeadState& dead) {
  Execution execution(subject, options);
  Schedule schedule;
  for (const ScheduledStep& step : dead.schedule) {
    const core::Step* const next = execution.find(step.actor);
    FENCELAB_ASSERT(next, "actor {} cannot act when a dead state is looked at again", step.actor);
    execution.take(*next, step.choices);
    schedule.push_back({step.actor, execution.choices()});
  }
  Exploration seen;
  judge_leaf(execution, schedule, seen);
  FENCELAB_ASSERT(seen.dead.contains(dead.key), "a dead state is not there when looked at again");
  return std::move(seen.dead.at(dead.key));
}

ParallelDpor::ParallelDpor(Subject& subject, const ExecutionOptions& options,
                           const ExploreLimits& limits, WorkerDesk& desk,
                           const ParallelTuning& tuning)
    : subject_(subject),
      options_(options),
      limits_(limits),
      desk_(desk),
      tuning_(tuning),
      rivals_(subject.actors()),
      found_before_(subject.actors()) {
  options_.rivals = &rivals_;
  const ExploreLimits kept;
  FENCELAB_ASSERT(limits.prefix.empty() && !limits.stop_at_first && !limits.stop_at_first_good &&
                      limits.executions == kept.executions && limits.steps == kept.steps &&
                      limits.depth == kept.depth && limits.daemon_steps == kept.daemon_steps,
                  "a limit that workers do not keep");
}

ParallelDpor::~ParallelDpor() { desk_.forget(this); }

Exploration ParallelDpor::run(const EachRound& each_round) {
  bool all = false;
  for (;;) {
    all = explore_alone();
    if (!all && !met_rivals_ && !result_.out_of_time) all = explore_together(each_round);
    if (met_rivals_)
      begin_again();
    else if (all || result_.out_of_time)
      break;
  }
  result_.exhausted = all && result_.bound_hits == 0 && result_.inconclusive == 0;
  found_before_.give_back(result_);
  return std::move(result_);
}

void ParallelDpor::begin_again() {
  clock_.begin_again(result_);
  found_before_.keep(result_);
  result_ = {};
  whole_ = {};
  may_call_ = true;
  met_rivals_ = false;
}

// In this process, from where the settled parts end. False if there is somebody to help, or it is
// over. Whoever has found something stays alone: what is left to do then is short, and must end at
// the same step.
bool ParallelDpor::explore_alone() {
  constexpr std::uint32_t kExecutionsPerLook = 16;
  auto next = std::chrono::steady_clock::now() + tuning_.alone;
  std::uint32_t executions = 0;
  DporSearch search(subject_, options_, limits_);
  search.begin(state_of(whole_));
  search.result() = std::move(result_);
  const bool all = search.run([&](Exploration& work) {
    if (clock_.look(work)) return true;
    if (!may_call_ || (stops_after_dead() && work.found_deadlock())) return false;
    if (tuning_.alone.count() > 0 && ++executions % kExecutionsPerLook != 0) return false;
    const auto now = std::chrono::steady_clock::now();
    if (now < next) return false;
    next = now + std::min(kPatience, tuning_.alone);
    return !desk_.is_deserted();
  });
  result_ = std::move(search.result());
  whole_ = {};
  whole_.state = search.state();
  met_rivals_ = search.met_rivals();
  return all;
}

// Whether all is done. If not, and there is time, the rest is for one alone.
bool ParallelDpor::explore_together(const EachRound& each_round) {
  for (;;) {
    settle_whole();
    if (met_rivals_ || is_done() || is_ending()) break;
    each_round();
    hand_out();
    may_call_ = part_in_turn(whole_).standing != Part::Standing::poisoned;
    if (!may_call_ || desk_.is_deserted()) break;
    desk_.wait(kPatience);
    if (is_over()) {
      add_everything(whole_);
      break;
    }
  }
  desk_.forget(this);
  return is_done() && !is_ending() && !result_.out_of_time;
}

bool ParallelDpor::is_done() const {
  return whole_.standing == Part::Standing::done && whole_.log.empty();
}

bool ParallelDpor::is_ending() const { return stops_after_dead() && result_.found_deadlock(); }

bool ParallelDpor::is_over() {
  result_.out_of_time = std::chrono::steady_clock::now() - begun_ > limits_.time;
  return result_.out_of_time;
}

// ---------------------------------------------------------------- giving

void ParallelDpor::hand_out() {
  for (auto worker = desk_.idle(); worker; worker = desk_.idle()) {
    Part* part = first_ready(whole_);
    const std::size_t idle = desk_.idle_count();
    if (!part || idle > 1) {
      make_more(idle);
      part = first_ready(whole_);
    }
    if (!part) return;
    start(*part, *worker);
  }
}

// In the order of a search that is alone.
Part* ParallelDpor::first_ready(Part& part) {
  if (part.standing == Part::Standing::ready) return &part;
  if (!part.branching) return nullptr;
  if (Part* const found = first_ready(*part.branching->head)) return found;
  auto& levels = part.branching->levels;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level)
    for (auto& ahead : level->ahead)
      if (Part* const found = first_ready(*ahead.part)) return found;
  return nullptr;
}

// Large subtrees begin near the root.
void ParallelDpor::make_more(std::size_t wanted) {
  std::vector<Source> sources;
  collect(whole_, sources);
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Source& a, const Source& b) { return a.depth < b.depth; });
  for (const Source& source : sources) {
    if (source.part && split(*source.part, wanted)) return make_more(wanted);
    if (source.branching && plan(*source.branching, source.level, look_, false)) return;
  }
}

void ParallelDpor::start(Part& part, std::size_t worker) {
  const std::string task =
      to_bytes(SubtreeTask{subject_.actors().names(), rivals_.pairs(), part.state,
                           tuning_.steps_per_task, stops_after_dead()});
  part.standing = Part::Standing::running;
  desk_.give(worker, task, this,
             [this, &part, known = std::size_t{subject_.actors().count()}](
                 const Workers::Answer& answer) { take_in(part, known, answer); });
}

// ---------------------------------------------------------------- taking

void ParallelDpor::take_in(Part& part, std::size_t known_actors, const Workers::Answer& answer) {
  if (answer.is_lost) {
    constexpr std::uint32_t kMostLosses = 2;
    part.standing = ++part.losses < kMostLosses ? Part::Standing::ready : Part::Standing::poisoned;
    return;
  }
  SubtreeResult result = subtree_result(answer.bytes);
  const bool met_new = result.actors.size() > known_actors, is_dead = result.work.found_deadlock();
  const bool met_rivals = result.rivals.size() > rivals_.count();
  PartWork work{std::move(result.work), std::move(result.requests), {}, {}};
  if (met_rivals) work.rivals = std::move(result.rivals);
  if (met_new) {
    work.actors = std::move(result.actors);
    part.before = part.state;
  }
  part.log.push_back(std::move(work));
  using enum Part::Standing;
  if (result.rest) {
    part.state = std::move(*result.rest);
  } else {
    part.state.nodes.resize(part.state.floor);
    part.state.is_new = false;
  }
  const bool holds = met_new || met_rivals || (is_dead && stops_after_dead());
  part.standing = holds ? held : result.rest ? ready : done;
  settle_above(part);
}

// What was done of parts ahead is put in order among themselves.
void ParallelDpor::settle_above(Part& changed) {
  for (Branching* above = changed.above; above;) {
    Part& whole = *above->whole;
    above = whole.above;
    if (above) settle(whole, look_, false);
  }
}

void ParallelDpor::settle_whole() {
  do settle(whole_, look_, true);
  while (commit() || (!met_rivals_ && give_numbers()));
}

// Counts what is settled, in order. Whether there was anything.
bool ParallelDpor::commit() {
  if (whole_.log.empty() || !whole_.log.front().actors.empty()) return false;
  while (!whole_.log.empty() && whole_.log.front().actors.empty() && !is_ending()) {
    for (const Rivals::Pair& pair : whole_.log.front().rivals)
      met_rivals_ = rivals_.add(pair) || met_rivals_;
    if (met_rivals_) return false;
    add(whole_.log.front());
    whole_.log.pop_front();
    clock_.look(result_);
  }
  return !is_ending();
}

// The part in turn met actors that had no number. Everything before is settled: if others were met
// meanwhile, and have the numbers, it has to be done again.
bool ParallelDpor::give_numbers() {
  Part& part = part_in_turn(whole_);
  if (part.log.empty() || part.log.front().actors.empty()) return false;
  PartWork& work = part.log.front();
  if (!agree(work.actors, subject_.actors().names())) {
    part.log.pop_front();
    part.state = std::move(*part.before);
    part.standing = Part::Standing::ready;
    return false;
  }
  if (work.actors.size() > subject_.actors().count()) subject_.actors().assign(work.actors);
  work.actors.clear();
  if (!work.rivals.empty()) return true;  // it stays as it is: the search will begin anew
  if (!stops_after_dead() || !work.work.found_deadlock()) {
    const bool is_done = !part.state.is_new && part.state.nodes.size() == part.state.floor;
    part.standing = is_done ? Part::Standing::done : Part::Standing::ready;
  }
  return true;
}

void ParallelDpor::add(PartWork& part) {
  Exploration& work = part.work;
  result_.executions += work.executions;
  result_.blocked += work.blocked;
  result_.dead_executions += work.dead_executions;
  result_.steps += work.steps;
  result_.replayed += work.replayed;
  result_.depth = std::max(result_.depth, work.depth);
  result_.bound_hits += work.bound_hits;
  result_.inconclusive += work.inconclusive;
  for (const auto& [key, dead] : work.dead) {
    const auto [known, is_new] = result_.dead.try_emplace(key);
    if (is_new || dead.schedule.size() < known->second.schedule.size())
      known->second = complete(subject_, options_, dead);
  }
}

// Time is over: what was found counts, in whatever order.
void ParallelDpor::add_everything(Part& part) {
  for (PartWork& work : part.log)
    if (work.actors.empty()) add(work);
  if (!part.branching) return;
  add_everything(*part.branching->head);
  for (auto& level : part.branching->levels)
    for (auto& ahead : level.ahead) add_everything(*ahead.part);
}

// ---------------------------------------------------------------- looking

std::optional<StepSeen> ParallelDpor::look(const std::vector<DporNode>& path, bool may_number) {
  const std::vector<ActorName> names = subject_.actors().names();
  StepSeen seen;
  Rivals rivals = rivals_;  // whom it meets counts when it is its turn
  ExecutionOptions options = options_;
  options.rivals = &rivals;
  Execution execution(subject_, options);
  execution.vary_answers();  // as the search does
  for (const DporNode& node : path) {
    const core::Step* const step = execution.find(node.actor);
    FENCELAB_ASSERT(step, "actor {} cannot act when a step is looked at", node.actor);
    seen.touches = execution.take(*step, node.choices).touches;
  }
  seen.choices = execution.choices();
  if (subject_.actors().count() == names.size() || may_number) return seen;
  subject_.actors().assign(names);
  return std::nullopt;
}

}  // namespace fencelab::analysis
