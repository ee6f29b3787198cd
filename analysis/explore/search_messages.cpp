#include "analysis/explore/search_messages.hpp"

#include "analysis/explore/bytes.hpp"

namespace fencelab::analysis {

namespace {

// ---------------------------------------------------------------- parts

void write(ByteWriter& to, const std::vector<ActorName>& actors) {
  to.each(actors, [&](const ActorName& name) {
    to.number(std::uint64_t{name.parent} + 1);
    to.number(name.nth);
  });
}

void write(ByteWriter& to, const std::vector<Rivals::Pair>& rivals) {
  to.each(rivals, [&](const Rivals::Pair& pair) {
    to.number(pair.first);
    to.number(pair.second);
  });
}

std::vector<Rivals::Pair> read_rivals(ByteReader& from) {
  std::vector<Rivals::Pair> rivals;
  from.each([&] {
    const std::uint64_t first = from.number();
    rivals.emplace_back(first, from.number());
  });
  return rivals;
}

std::vector<ActorName> read_actors(ByteReader& from) {
  std::vector<ActorName> actors;
  from.each([&] {
    const auto parent = static_cast<std::uint32_t>(from.number() - 1);
    actors.push_back({parent, from.as<std::uint32_t>()});
  });
  return actors;
}

// `what` is for people: whoever makes the step again learns it again.
void write(ByteWriter& to, std::uint32_t actor, const std::vector<ChoiceTaken>& choices) {
  to.number(actor);
  to.each(choices, [&](const ChoiceTaken& choice) {
    to.number(choice.taken);
    to.number(choice.alternatives);
    to.number(choice.first);
  });
}

template <class Step>
void read_step(ByteReader& from, Step& step) {
  step.actor = from.as<std::uint32_t>();
  from.each([&] {
    ChoiceTaken choice;
    choice.taken = from.as<std::uint32_t>();
    choice.alternatives = from.as<std::uint32_t>();
    choice.first = from.as<std::uint32_t>();
    step.choices.push_back(choice);
  });
}

void write(ByteWriter& to, std::span<const core::Touch> touches) {
  to.each(touches, [&](const core::Touch& touch) {
    to.number(core::raw(touch.object));
    to.number(static_cast<std::uint64_t>(touch.access) * 2 + touch.ok);
    to.number(touch.result);
    to.number(touch.before);
  });
}

// Without `source`: that is for those who look at states while the step is made.
std::vector<core::Touch> read_touches(ByteReader& from) {
  std::vector<core::Touch> touches;
  from.each([&] {
    core::Touch touch;
    touch.object = from.as<core::ObjectId>();
    const std::uint64_t access = from.number();
    touch.access = static_cast<core::Access>(access / 2);
    touch.ok = access % 2 != 0;
    touch.result = from.number();
    touch.before = from.number();
    touches.push_back(touch);
  });
  return touches;
}

void write(ByteWriter& to, const Sleepers& sleepers) {
  to.number(sleepers.size());
  for (std::size_t i = 0; i < sleepers.size(); ++i) {
    to.number(sleepers[i].actor);
    write(to, sleepers[i].touches);
  }
}

Sleepers read_sleepers(ByteReader& from) {
  Sleepers sleepers;
  from.each([&] {
    const auto actor = from.as<std::uint32_t>();
    sleepers.add(actor, read_touches(from));
  });
  return sleepers;
}

void write(ByteWriter& to, const ActorSet& set) {
  to.number(set.size());
  for (ActorSet left = set; !left.empty(); left.erase(left.first())) to.number(left.first());
}

ActorSet read_set(ByteReader& from) {
  ActorSet set;
  from.each([&] { set.insert(from.as<std::uint32_t>()); });
  return set;
}

// ---------------------------------------------------------------- a search that stands still

void write(ByteWriter& to, const DporState& state) {
  to.number(state.floor);
  to.number(state.is_new);
  to.number(state.nodes.size());
  for (std::size_t i = 0; i < state.nodes.size(); ++i) {
    const DporNode& node = state.nodes[i];
    write(to, node.actor, node.choices);
    write(to, node.roused);
    if (i + 1 >= state.floor) {
      write(to, node.sleepers);
      to.number(node.inherited);
    }
    if (i < state.floor) continue;
    write(to, node.enabled);
    write(to, node.asleep);
    to.each(node.order, [&](std::uint32_t actor) { to.number(actor); });
    to.number(node.next);
    write(to, node.touches);
  }
}

DporState read_state(ByteReader& from) {
  DporState state;
  state.floor = from.as<std::uint32_t>();
  state.is_new = from.number() != 0;
  state.nodes.resize(from.number());
  for (std::size_t i = 0; i < state.nodes.size(); ++i) {
    DporNode& node = state.nodes[i];
    read_step(from, node);
    node.roused = read_sleepers(from);
    if (i + 1 >= state.floor) {
      node.sleepers = read_sleepers(from);
      node.inherited = from.as<std::uint32_t>();
    }
    if (i < state.floor) continue;
    node.enabled = read_set(from);
    node.asleep = read_set(from);
    from.each([&] { node.ask(from.as<std::uint32_t>()); });
    node.next = from.as<std::uint32_t>();
    node.touches = read_touches(from);
  }
  return state;
}

// ---------------------------------------------------------------- work done

void write(ByteWriter& to, const Exploration& work) {
  for (const std::uint64_t count :
       {std::uint64_t{work.exhausted}, work.executions, work.blocked, work.dead_executions,
        work.steps, work.replayed, work.states, std::uint64_t{work.depth}, work.bound_hits,
        work.inconclusive, std::uint64_t{work.out_of_time}, std::uint64_t{work.out_of_steps},
        work.preemptions_cut})
    to.number(count);
  to.number(work.dead.size());
  for (const auto& [key, dead] : work.dead) {
    to.number(key);
    to.each(dead.schedule, [&](const ScheduledStep& step) { write(to, step.actor, step.choices); });
  }
}

Exploration read_work(ByteReader& from) {
  Exploration work;
  work.exhausted = from.number() != 0;
  for (std::uint64_t* count : {&work.executions, &work.blocked, &work.dead_executions, &work.steps,
                               &work.replayed, &work.states})
    *count = from.number();
  work.depth = from.as<std::uint32_t>();
  work.bound_hits = from.number();
  work.inconclusive = from.number();
  work.out_of_time = from.number() != 0;
  work.out_of_steps = from.number() != 0;
  work.preemptions_cut = from.number();
  from.each([&] {
    DeadState dead;
    dead.key = from.number();
    from.each([&] { read_step(from, dead.schedule.emplace_back()); });
    work.dead.emplace(dead.key, std::move(dead));
  });
  return work;
}

ByteReader after_kind(std::string_view bytes, TaskKind kind) {
  FENCELAB_ASSERT(kind_of(bytes) == kind, "a task of another kind");
  return ByteReader(bytes.substr(1));
}

std::string with_kind(TaskKind kind, ByteWriter& rest) {
  return static_cast<char>(kind) + rest.take();
}

}  // namespace

TaskKind kind_of(std::string_view task) {
  FENCELAB_ASSERT(!task.empty(), "an empty task");
  return static_cast<TaskKind>(task.front());
}

std::string to_bytes(const SubtreeTask& task) {
  ByteWriter to;
  write(to, task.actors);
  write(to, task.rivals);
  write(to, task.state);
  to.number(task.steps);
  to.number(task.stop_at_dead);
  return with_kind(TaskKind::subtree, to);
}

SubtreeTask subtree_task(std::string_view bytes) {
  ByteReader from = after_kind(bytes, TaskKind::subtree);
  SubtreeTask task;
  task.actors = read_actors(from);
  task.rivals = read_rivals(from);
  task.state = read_state(from);
  task.steps = from.number();
  task.stop_at_dead = from.number() != 0;
  return task;
}

std::string to_bytes(const SubtreeResult& result) {
  ByteWriter to;
  write(to, result.work);
  to.each(result.requests, [&](const RaceRequest& request) {
    to.number(request.index);
    to.each(request.initials, [&](std::uint32_t actor) { to.number(actor); });
  });
  write(to, result.actors);
  write(to, result.rivals);
  to.number(result.rest.has_value());
  if (result.rest) write(to, *result.rest);
  return to.take();
}

SubtreeResult subtree_result(std::string_view bytes) {
  ByteReader from(bytes);
  SubtreeResult result;
  result.work = read_work(from);
  from.each([&] {
    RaceRequest& request = result.requests.emplace_back();
    request.index = from.as<std::uint32_t>();
    from.each([&] { request.initials.push_back(from.as<std::uint32_t>()); });
  });
  result.actors = read_actors(from);
  result.rivals = read_rivals(from);
  if (from.number() != 0) result.rest = read_state(from);
  return result;
}

std::string to_bytes(const StatesTask& task) {
  ByteWriter to;
  write(to, task.actors);
  to.number(task.limits.steps);
  to.number(task.limits.steps_after_dead);
  to.number(task.is_first);
  return with_kind(TaskKind::states, to);
}

StatesTask states_task(std::string_view bytes) {
  ByteReader from = after_kind(bytes, TaskKind::states);
  StatesTask task;
  task.limits.time = std::chrono::hours(1'000'000);  // whoever gave it keeps the time
  task.actors = read_actors(from);
  task.limits.steps = from.number();
  task.limits.steps_after_dead = from.number();
  task.is_first = from.number() != 0;
  return task;
}

std::string to_bytes(const StatesResult& result) {
  ByteWriter to;
  write(to, result.work);
  write(to, result.actors);
  to.number(result.is_done);
  return to.take();
}

StatesResult states_result(std::string_view bytes) {
  ByteReader from(bytes);
  StatesResult result;
  result.work = read_work(from);
  result.actors = read_actors(from);
  result.is_done = from.number() != 0;
  return result;
}

}  // namespace fencelab::analysis
