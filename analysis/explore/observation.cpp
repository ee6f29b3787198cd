#include "analysis/explore/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/waitable.hpp"

namespace fencelab::analysis {

using core::Access;
using core::ProbeEvent;
using core::ProbeKind;
using core::Touch;

namespace {

std::string name_of(core::ObjectId id) {
  if (id == core::kTickets) return "the ww tickets";
  return fmt::format("object {}.{}", static_cast<std::int64_t>(core::raw(id) >> 32) - 1,
                     core::raw(id) & 0xFFFFFFFFu);
}

// In the order of core::Access.
constexpr std::string_view kAccessNames[] = {
    "observe",       "read",         "write",         "add",           "request",
    "attempt",       "release",      "read_request",  "write_request", "read_attempt",
    "write_attempt", "read_release", "write_release", "ww_request",    "ww_release",
    "signal",        "test",         "any_of",        "subscribe",     "advance",
    "query",         "acquire",      "allocate",      "free",          "put",
    "get",           "peek",         "offer",         "pick",          "claim",
    "give_back",     "cancel"};
static_assert(std::size(kAccessNames) == core::kAccessCount);

/// Requests are granted at once or later: that is a gate, told by the state they lead to.
bool joins_a_queue(Access access) {
  return access == Access::request || access == Access::read_request ||
         access == Access::write_request || access == Access::ww_request ||
         access == Access::acquire || access == Access::claim;
}

auto key(const Touch& touch) {
  return std::tuple(core::raw(touch.object), static_cast<int>(touch.access), touch.ok, touch.result,
                    touch.before);
}

std::vector<Touch> normalized(std::vector<Touch> touches, Likeness likeness) {
  if (likeness == Likeness::exact) return touches;
  // Tickets count by their order, not by number, and nobody sees how often a lock was taken.
  for (Touch& touch : touches)
    if (touch.access == Access::ww_request || touch.access == Access::ww_release) touch.before = 0;
  if (likeness == Likeness::commuted) {
    std::erase_if(touches, [](const Touch& touch) { return touch.access == Access::observe; });
    for (Touch& touch : touches) {
      if (joins_a_queue(touch.access)) touch.ok = false;
      // How much there was before, or who was served, is nobody's answer: units are all alike.
      if (touch.access == Access::acquire || touch.access == Access::allocate ||
          touch.access == Access::free || touch.access == Access::claim ||
          touch.access == Access::give_back)
        touch.before = 0;
    }
  }
  std::sort(touches.begin(), touches.end(),
            [](const Touch& a, const Touch& b) { return key(a) < key(b); });
  return touches;
}

/// Events whose `a` or `b` is a length of time.
void strip_times(ProbeEvent& event) {
  event.at = {};
  switch (event.kind) {
    case ProbeKind::wait_end:
    case ProbeKind::ioctl_end:
    case ProbeKind::job_preempted:
    case ProbeKind::engine_slice:
    case ProbeKind::engine_spun:
    case ProbeKind::engine_switched:
    case ProbeKind::bytes_moved:
    case ProbeKind::buffer_evicted:
    case ProbeKind::flip_latched: event.b = 0; break;
    case ProbeKind::queue_suspended:
    case ProbeKind::queue_resumed:
    case ProbeKind::vblank_missed: event.a = 0; break;
    default: break;
  }
}

auto key(const ProbeEvent& event) {
  return std::tuple(static_cast<int>(event.kind), core::raw(event.process),
                    core::nanoseconds_of(event.at), core::raw(event.object), event.a, event.b);
}

std::vector<ProbeEvent> normalized(std::vector<ProbeEvent> events, Likeness likeness) {
  if (likeness == Likeness::exact) return events;
  // A wait arms a fence unless it has signaled before. Where that matters to anybody the footprint
  // says so (FenceProducer::cares_about_arming), and the producer's reaction is seen.
  std::erase_if(events,
                [](const ProbeEvent& event) { return event.kind == ProbeKind::fence_armed; });
  for (ProbeEvent& event : events) {
    if (likeness == Likeness::timeless) strip_times(event);
    if (likeness != Likeness::commuted || event.kind != ProbeKind::lock_taken) continue;
    event.process = core::kNoProcess;  // whoever runs when the lock passes on
    event.at = {};
  }
  std::sort(events.begin(), events.end(),
            [](const ProbeEvent& a, const ProbeEvent& b) { return key(a) < key(b); });
  return events;
}

std::string describe(const Touch& touch) { return describe_touch(touch); }

std::string describe(const ProbeEvent& event) {
  return fmt::format("event {} of {} at {} ns by process {} (a {}, b {})",
                     static_cast<int>(event.kind), name_of(event.object),
                     core::nanoseconds_of(event.at), core::raw(event.process), event.a, event.b);
}

template <class T>
std::string compare(const std::vector<T>& first, const std::vector<T>& second) {
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    const std::string one = i < first.size() ? describe(first[i]) : "nothing";
    const std::string other = i < second.size() ? describe(second[i]) : "nothing";
    if (i >= first.size() || i >= second.size() || key(first[i]) != key(second[i]))
      return one + " against " + other;
  }
  return {};
}

std::string compare_choices(const StepRecord& first, const StepRecord& second) {
  const auto same = [](const ChoiceTaken& a, const ChoiceTaken& b) {
    return a.taken == b.taken && a.alternatives == b.alternatives && a.what == b.what;
  };
  if (std::equal(first.choices.begin(), first.choices.end(), second.choices.begin(),
                 second.choices.end(), same))
    return {};
  return fmt::format("{} choices against {}, or other ones", first.choices.size(),
                     second.choices.size());
}

std::string compare_actor(const ActorRecord& a, const ActorRecord& b, bool times) {
  if (a.actor != b.actor) return fmt::format("actor {} against actor {}", a.actor, b.actor);
  const auto differ = [&](std::string_view what, auto one, auto other) {
    return fmt::format("{}: {} {} against {}", a.name, what, one, other);
  };
  if (a.state != b.state) return differ("state", a.state, b.state);
  if (a.can_act != b.can_act || (a.can_act && a.kind != b.kind))
    return differ("can act", a.can_act, b.can_act);
  if (a.need != b.need) return differ("waits still needed", a.need, b.need);
  if (a.waits_on != b.waits_on) return a.name + ": waits for something else";
  if (a.holds != b.holds) return a.name + ": holds something else";
  if (!times) return {};
  if (a.local_time != b.local_time)
    return differ("local time", core::nanoseconds_of(a.local_time),
                  core::nanoseconds_of(b.local_time));
  if (a.since != b.since)
    return differ("waiting since", core::nanoseconds_of(a.since), core::nanoseconds_of(b.since));
  if (a.deadline != b.deadline)
    return differ("deadline", core::nanoseconds_of(a.deadline), core::nanoseconds_of(b.deadline));
  return {};
}

ActorRecord describe_process(const core::Process& process) {
  ActorRecord record;
  record.actor = process.actor;
  record.name = process.spec.name;
  record.state = static_cast<int>(process.state);
  record.local_time = process.local_time;
  const bool waits =
      process.state == core::ProcessState::blocked || process.state == core::ProcessState::idle ||
      process.state == core::ProcessState::asking || process.state == core::ProcessState::ready;
  if (waits && process.wait.count > 0) {
    record.need = process.wait.need;
    record.since = process.wait.since;
    record.deadline = process.wait.deadline;
    for (std::uint32_t i = 0; i < process.wait.count; ++i) {
      const core::WaitLink& link = process.wait.links[i];
      record.waits_on.push_back(core::raw(link.object->id()));
      // A wait that is over looks again when it goes on: which of several it was is told then.
      record.waits_on.push_back(link.value * 2 + (link.done && record.need > 0));
    }
  } else if (process.state == core::ProcessState::sleeping) {
    record.since = process.wait.since;
    record.deadline = process.wait.deadline;
  }
  for (const core::Held& held : process.held) record.holds.push_back(core::raw(held.object->id()));
  std::sort(record.holds.begin(), record.holds.end());
  return record;
}

}  // namespace

std::string describe_touch(const Touch& touch) {
  return fmt::format("{} {}{} result {}", kAccessNames[static_cast<std::size_t>(touch.access)],
                     name_of(touch.object), touch.ok ? " ok," : ",", touch.result);
}

// ---------------------------------------------------------------- comparing

std::string difference(const StepRecord& first, const StepRecord& second, Likeness likeness) {
  if (first.actor != second.actor)
    return fmt::format("actor {} against actor {}", first.actor, second.actor);
  if (first.kind != second.kind) return "another kind of step";
  std::string found = compare_choices(first, second);
  if (found.empty())
    found = compare(normalized(first.touches, likeness), normalized(second.touches, likeness));
  // Two commuting steps may swap events: they are looked at together.
  if (found.empty() && likeness != Likeness::commuted)
    found = compare(normalized(first.events, likeness), normalized(second.events, likeness));
  if (found.empty() && likeness != Likeness::timeless && likeness != Likeness::commuted &&
      first.ended != second.ended)
    found = fmt::format("ends at {} ns against {} ns", core::nanoseconds_of(first.ended),
                        core::nanoseconds_of(second.ended));
  return found;
}

std::string difference_between_pairs(const StepRecord& first_a, const StepRecord& first_b,
                                     const StepRecord& second_a, const StepRecord& second_b) {
  std::vector<ProbeEvent> first = first_a.events, second = second_a.events;
  first.insert(first.end(), first_b.events.begin(), first_b.events.end());
  second.insert(second.end(), second_b.events.begin(), second_b.events.end());
  return compare(normalized(std::move(first), Likeness::commuted),
                 normalized(std::move(second), Likeness::commuted));
}

std::string difference(const StateRecord& first, const StateRecord& second, Likeness likeness) {
  const bool times = likeness != Likeness::timeless;
  for (std::size_t i = 0; i < std::min(first.actors.size(), second.actors.size()); ++i) {
    std::string found = compare_actor(first.actors[i], second.actors[i], times);
    if (!found.empty()) return found;
  }
  if (first.actors.size() != second.actors.size())
    return fmt::format("{} actors against {}", first.actors.size(), second.actors.size());
  if (first.progress != second.progress) return "more was done";
  if (first.settled != second.settled) return "one is settled, the other is not";
  return {};
}

// ---------------------------------------------------------------- ObservedExecution

ObservedExecution::ObservedExecution(Subject& subject, const ExecutionOptions& options)
    : execution_(subject, options) {
  execution_.simulation().probe().subscribe(recorder_, core::Probe::kFacts);
}

bool ObservedExecution::replay(const Schedule& schedule, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) {
    const core::Step* const step = execution_.find(schedule[i].actor);
    if (step == nullptr) return false;
    this->step(*step, schedule[i].choices);
  }
  return true;
}

const core::Footprint& ObservedExecution::step(const core::Step& step,
                                               std::span<const ChoiceTaken> answers) {
  const std::uint32_t actor = step.actor;
  const core::Footprint& footprint = execution_.take(step, answers);
  hash_.step(actor, execution_.simulation().now(), footprint, execution_.choices());
  timeless_ = timeless_ || footprint.forgets();
  return footprint;
}

std::optional<StepRecord> ObservedExecution::take(std::uint32_t actor,
                                                  std::span<const ChoiceTaken> answers) {
  const core::Step* const found = execution_.find(actor);
  if (found == nullptr) return std::nullopt;
  const core::Step step = *found;
  recorder_.events.clear();
  recorder_.recording = true;
  const core::Footprint& footprint = this->step(step, answers);
  recorder_.recording = false;
  return StepRecord{actor,
                    step.kind,
                    footprint.touches,
                    recorder_.events,
                    execution_.choices(),
                    execution_.simulation().now()};
}

std::vector<std::uint32_t> ObservedExecution::enabled() {
  std::vector<std::uint32_t> actors;
  for (const core::Step& step : execution_.steps()) actors.push_back(step.actor);
  std::sort(actors.begin(), actors.end());
  return actors;
}

StateRecord ObservedExecution::state() {
  StateRecord record;
  for (const core::Process& process : execution_.simulation().processes()) {
    if (process.state == core::ProcessState::done) continue;
    record.actors.push_back(describe_process(process));
  }
  for (const core::Step& step : execution_.steps()) {
    const auto known = std::find_if(record.actors.begin(), record.actors.end(),
                                    [&](const ActorRecord& a) { return a.actor == step.actor; });
    ActorRecord timer;
    timer.actor = step.actor;
    timer.name = fmt::format("timer {}", step.actor);
    ActorRecord& actor = known == record.actors.end() ? record.actors.emplace_back(timer) : *known;
    actor.can_act = true;
    actor.kind = step.kind;
  }
  std::sort(record.actors.begin(), record.actors.end(),
            [](const ActorRecord& a, const ActorRecord& b) { return a.actor < b.actor; });
  record.progress = execution_.progress();
  record.settled = execution_.is_settled();
  return record;
}

}  // namespace fencelab::analysis
