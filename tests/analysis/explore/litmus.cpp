#include "tests/analysis/explore/litmus.hpp"

#include <algorithm>

#include "core/wait_graph_builder.hpp"

namespace fencelab::testing {

using core::Task;
using K = LitmusOp::Kind;

void RankedList::offer(std::uint64_t rank) {
  touches.note(core::Access::offer, rank);
  ranks.push_back(rank);
}

bool RankedList::outranks(std::uint64_t rank) const {
  const bool is_outranked =
      std::any_of(ranks.begin(), ranks.end(), [&](std::uint64_t other) { return other > rank; });
  touches.note(core::Access::pick, rank, is_outranked);
  return is_outranked;
}

bool RankedList::hash_state(std::uint64_t& hash) const {
  hash = 0;
  for (const std::uint64_t rank : ranks) hash = core::mix_hash(hash, rank);
  return true;
}

bool Ring::put() {
  const bool was_empty = arrivals.count() == taken;
  touches.note(core::Access::put, arrivals.count() + 1, was_empty);
  arrivals.add();
  return was_empty;
}

bool Ring::take() {
  ++taken;
  const bool has_more = arrivals.count() > taken;
  touches.note(core::Access::get, taken, has_more);
  return has_more;
}

std::uint64_t Ring::look() const {
  touches.note(core::Access::peek, arrivals.count() - taken);
  return arrivals.count() - taken;
}

bool Ring::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(taken, arrivals.count());
  return true;
}

void LitmusCredits::got(const core::Process& process, std::uint32_t credits) {
  holders.push_back({&process, credits});
}

void LitmusCredits::give(const core::Process& process) {
  std::uint32_t credits = 0;
  std::erase_if(holders, [&](const Holder& holder) {
    if (holder.process == &process) credits += holder.credits;
    return holder.process == &process;
  });
  if (credits > 0) give_back(credits);
}

// As models::Credits does.
core::GateIndex LitmusCredits::describe_turn(core::WaitGraphBuilder& builder) const {
  std::vector<core::GateIndex> inputs;
  std::vector<std::uint32_t> costs;
  for (const Holder& holder : holders) {
    inputs.push_back(builder.process(holder.process));
    costs.push_back(holder.credits);
  }
  std::sort(costs.rbegin(), costs.rend());
  std::uint32_t enough = 0, there = free();
  while (enough < costs.size() && there < wanted()) there += costs[enough++];
  return builder.k_of(enough, std::move(inputs), describe(), id());
}

bool LitmusCredits::hash_state(std::uint64_t& hash) const {
  CreditQueue::hash_state(hash);
  for (const Holder& holder : holders)
    hash += core::mix_hash(core::raw(holder.process->id), holder.credits);
  return true;
}

void Watch::on_signaled(core::DmaFence&) {
  noted_in.write() = core::mix_hash(noted_in.read(), mark);
}

core::GateIndex LitmusWorld::Promise::describe_release(core::WaitGraphBuilder& builder,
                                                       const core::ValueTimeline&,
                                                       std::uint64_t) const {
  return builder.process(process);
}

LitmusWorld::~LitmusWorld() {
  if (outcomes == nullptr) return;
  std::vector<core::Step> left;
  sim.steps(left);
  if (!left.empty()) return;
  std::uint64_t outcome = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (killed.count(p) == 0) outcome = core::mix_hash(outcome, told[p]);
    outcome = core::mix_hash(outcome, static_cast<std::uint64_t>(parts[p]->state));
  }
  for (const auto& each : variables) outcome = core::mix_hash(outcome, each->read());
  for (const core::FencePtr& each : fences)
    outcome = core::mix_hash(outcome, each->is_known_signaled());
  outcomes->insert(outcome);
}

core::GateIndex LitmusWorld::describe_release(core::WaitGraphBuilder& builder,
                                              const core::DmaFence& fence) const {
  std::vector<core::GateIndex> gates;
  if (fence.seqno() < signallers.size())
    for (const core::Process* process : signallers[fence.seqno()])
      gates.push_back(builder.process(process));
  return builder.any_of(std::move(gates), "F" + std::to_string(fence.seqno()), fence.id());
}

namespace {

core::SingleWait request(LitmusWorld& world, const LitmusOp& op) {
  switch (op.kind) {
    case K::read_lock: return world.rw(op.objects[0]).lock_read();
    case K::write_lock: return world.rw(op.objects[0]).lock_write();
    case K::acquire: return world.pool(op.objects[0]).acquire(op.value, core::WaitReason::memory);
    case K::wait: return world.fence(op.objects[0]).wait();
    case K::wait_timeout:
      return world.fence(op.objects[0]).wait({.deadline = world.sim.now() + core::Duration(5)});
    case K::repair:
      return world.fence(op.objects[0])
          .wait({.deadline = world.sim.now() + core::Duration(5), .recovery = true});
    case K::wait_interruptible:
    case K::wait_restarted: return world.fence(op.objects[0]).wait({.interruptible = true});
    case K::wait_value: return world.timeline(op.objects[0]).wait(op.value);
    default: return world.lock(op.objects[0]).lock();
  }
}

Task<> wait_several(LitmusWorld& world, const LitmusOp& op) {
  std::vector<core::WaitItem> items;
  for (const std::size_t f : op.objects) items.push_back({&world.fence(f), 0});
  const auto need = static_cast<std::uint32_t>(op.kind == K::wait_all   ? items.size()
                                               : op.kind == K::wait_any ? 1
                                                                        : op.value);
  core::MultiWait wait(world.sim, items, need, {});
  co_await wait;
}

/// As whoever reclaims waits (models/cpu/zone.cpp), but for one try. Returns how many operations to
/// skip.
Task<std::uint64_t> take_memory(LitmusWorld& world, const LitmusOp& op, std::uint64_t& told) {
  models::MemoryPool& memory = world.memory(op.objects[0]);
  co_await core::point(world.sim);
  if (!memory.fits(op.value)) {
    const std::vector<core::WaitItem> items{memory.given_back().next(),
                                            {&world.fence(op.objects[1])}};
    core::MultiWait wait(world.sim, items, 1, {.reason = core::WaitReason::memory});
    co_await wait;
    told = core::mix_hash(told, wait.first_satisfied());
  }
  if (!memory.fits(op.value)) co_return 1;
  memory.book(op.value);
  co_return 0;
}

/// A step that touches the more the less it found.
std::uint64_t look_on(LitmusWorld& world, const LitmusOp& op) {
  for (std::size_t i = 0; i + 1 < op.objects.size(); ++i)
    if (world.variable(op.objects[i]).read() != 0) return i;
  world.variable(op.objects.back()).write() = op.value;
  return op.objects.size();
}

/// Does what cannot block. Returns how many operations to skip.
std::uint64_t at_once(LitmusWorld& world, const LitmusOp& op, core::Process& self,
                      std::uint64_t& told) {
  const std::size_t object = op.objects.empty() ? 0 : op.objects[0];
  const auto tell = [&](std::uint64_t value) { told = core::mix_hash(told, value); };
  switch (op.kind) {
    case K::unlock: world.lock(object).unlock(); return 0;
    case K::try_lock: return world.lock(object).try_lock() ? 0 : op.value;
    case K::read_unlock: world.rw(object).unlock_read(); return 0;
    case K::write_unlock: world.rw(object).unlock_write(); return 0;
    case K::signal: world.fence(object).signal(); return 0;
    case K::poll: return world.fence(object).is_signaled() ? 0 : op.value;
    case K::advance: world.timeline(object).advance(op.value); return 0;
    case K::at_least: tell(world.timeline(object).at_least(op.value)); return 0;
    case K::offer: world.ranked(object).offer(op.value); return 0;
    case K::pick: tell(world.ranked(object).outranks(op.value)); return 0;
    case K::look: tell(world.ring(object).look()); return 0;
    case K::watch:
      world.watches.push_back(
          std::make_unique<Watch>(world.variable(op.objects[1]), 7 * self.actor + op.value));
      tell(world.fence(object).add_callback(*world.watches.back()));
      return 0;
    case K::add: ++world.variable(object).add(); return 0;
    case K::put: tell(world.ring(object).put()); return 0;
    case K::give: world.credit(object).give(self); return 0;
    case K::read: tell(world.variable(object).read()); return 0;
    case K::read_into: return world.variable(object).read() != 0 ? 0 : op.value;
    case K::look_on: tell(look_on(world, op)); return 0;
    case K::write: world.variable(object).write() = op.value; return 0;
    case K::increment: ++world.variable(object).write(); return 0;
    case K::try_acquire: return world.pool(object).try_acquire(op.value) ? 0 : 1;
    case K::release: world.pool(object).release(op.value); return 0;
    case K::give_memory: world.memory(object).give_back(op.value); return 0;
    case K::arm:
      world.watchdogs[object]->arm(core::Duration(5), world.fence(object).id());
      return 0;
    case K::disarm: world.watchdogs[object]->disarm(); return 0;
    case K::kill: world.sim.cancel(*world.parts.at(object)); return 0;
    case K::interrupt: world.sim.interrupt(*world.parts.at(object)); return 0;
    case K::choose:
      return world.sim.choose({"skip", self.id, static_cast<std::uint32_t>(op.value), 0});
    default: return 0;
  }
}

bool blocks(K kind) {
  switch (kind) {
    case K::lock:
    case K::read_lock:
    case K::write_lock:
    case K::acquire:
    case K::wait:
    case K::wait_timeout:
    case K::wait_value: return true;
    default: return false;
  }
}

Task<> run_ww(LitmusWorld& world, const std::vector<LitmusOp>& program, std::size_t& at) {
  core::WwContext context{world.sim.new_ticket()};
  std::vector<core::WwMutex*> held;
  const std::size_t begin = at;
  core::WwMutex* contended = nullptr;
  while (program[at].kind == K::ww_lock) {
    core::WwMutex& mutex = contended ? *contended : world.ww(program[at].objects[0]);
    const auto signals = program[at].value ? core::Signals::interrupt : core::Signals::wait;
    const core::WwResult result = co_await mutex.lock(&context, signals);
    if (result == core::WwResult::deadlock || result == core::WwResult::interrupted) {
      for (core::WwMutex* other : held) other->unlock();
      held.clear();
      // After -EDEADLK what was fought for comes first; a system call that restarts knows nothing.
      contended = result == core::WwResult::deadlock ? &mutex : nullptr;
      at = begin;
      continue;
    }
    if (result == core::WwResult::locked) held.push_back(&mutex);
    if (contended)
      contended = nullptr;
    else
      ++at;
  }
  co_await core::point(world.sim);
  for (core::WwMutex* mutex : held) mutex->unlock();
}

Task<> interpret(LitmusWorld& world, const std::vector<LitmusOp>& program, std::size_t number) {
  core::Process& self = *world.sim.current();
  std::uint64_t& told = world.told[number];
  for (std::size_t at = 0; at < program.size(); ++at) {
    const LitmusOp& op = program[at];
    told = core::mix_hash(told, at);  // how the one before went on
    if (op.kind == K::repair) {
      const core::WaitResult result = co_await request(world, op);
      if (result == core::WaitResult::satisfied) at += op.value;
    } else if (op.kind == K::wait_interruptible) {
      const core::WaitResult result = co_await request(world, op);
      if (result == core::WaitResult::interrupted) at += op.value;
    } else if (op.kind == K::wait_restarted) {
      core::WaitResult result = core::WaitResult::interrupted;
      while (result == core::WaitResult::interrupted) result = co_await request(world, op);
    } else if (blocks(op.kind)) {
      co_await request(world, op);
    } else if (op.kind == K::wait_all || op.kind == K::wait_any || op.kind == K::wait_k) {
      co_await wait_several(world, op);
    } else if (op.kind == K::wait_array) {
      std::vector<core::FencePtr> members;
      for (const std::size_t f : op.objects) members.emplace_back(&world.fence(f));
      co_await core::point(world.sim);
      const auto array =
          core::make_intrusive<core::FenceArray>(world.sim, std::move(members), 2, self.actor);
      co_await array->wait();
    } else if (op.kind == K::take_memory) {
      const std::uint64_t skipped = co_await take_memory(world, op, told);
      at += skipped;
    } else if (op.kind == K::take) {
      Ring& ring = world.ring(op.objects[0]);
      co_await ring.arrivals.wait(ring.taken + 1);
      told = core::mix_hash(told, ring.take());
    } else if (op.kind == K::claim) {
      LitmusCredits& credits = world.credit(op.objects[0]);
      const auto units = static_cast<std::uint32_t>(op.objects[1]);
      co_await credits.claim(op.value, units);
      credits.got(self, units);
    } else if (op.kind == K::ww_lock) {
      co_await run_ww(world, program, at);
    } else {
      if (!op.joined) co_await core::point(world.sim);
      at += at_once(world, op, self, told);
    }
  }
  told = core::mix_hash(told, program.size());
}

}  // namespace

void spawn_programs(LitmusWorld& world, const LitmusProgram& program, std::size_t services) {
  for (const auto& part : program)
    for (const LitmusOp& op : part)
      if (op.kind == K::arm || op.kind == K::disarm) world.make_watchdogs(world.fences.size());
  world.parts.reserve(program.size());
  world.told.resize(program.size());
  for (std::size_t p = 0; p < program.size(); ++p) {
    core::ProcessSpec spec{"p" + std::to_string(p)};
    if (p + services >= program.size()) {
      spec.role = core::ProcessRole::kernel_worker;
      spec.daemon = true;
    }
    core::Process& process = world.sim.spawn(std::move(spec), interpret(world, program[p], p));
    world.parts.push_back(&process);
    for (const LitmusOp& op : program[p]) {
      if (op.kind == K::kill) world.killed.insert(op.objects[0]);
      if (op.kind == K::signal) world.promise_signal(op.objects[0], process);
      if (op.kind == K::advance) world.promise_value(op.objects[0], op.value, process);
    }
  }
}

namespace {

/// Makes what `op` names.
void make_objects(LitmusWorld& world, const LitmusOp& op) {
  for (const std::size_t object : op.objects) switch (op.kind) {
      case K::lock:
      case K::unlock:
      case K::try_lock: world.lock(object); break;
      case K::read_lock:
      case K::read_unlock:
      case K::write_lock:
      case K::write_unlock: world.rw(object); break;
      case K::ww_lock:
      case K::ww_drop_all: world.ww(object); break;
      case K::offer:
      case K::pick: world.ranked(object); break;
      case K::watch:
        world.fence(op.objects[0]);
        world.variable(op.objects[1]);
        return;
      case K::put:
      case K::look:
      case K::take: world.ring(object); break;
      case K::advance:
      case K::at_least:
      case K::wait_value: world.timeline(object); break;
      case K::claim:
      case K::give: world.credit(op.objects[0]); return;
      case K::read:
      case K::write:
      case K::increment:
      case K::add:
      case K::read_into: world.variable(object); break;
      case K::acquire:
      case K::try_acquire:
      case K::release: world.pool(object); break;
      case K::give_memory: world.memory(object); break;
      case K::take_memory:
        world.memory(op.objects[0]);
        world.fence(op.objects[1]);
        return;
      case K::kill:
      case K::interrupt:
      case K::choose: break;
      default: world.fence(object);
    }
}

}  // namespace

std::unique_ptr<analysis::SubjectRun> LitmusSubject::start(core::Simulation& simulation) {
  auto world = std::make_unique<LitmusWorld>(simulation);
  if (watches_) world->outcomes = &outcomes_;
  world->make(objects_);
  for (const auto& process : program_)
    for (const LitmusOp& op : process) make_objects(*world, op);
  spawn_programs(*world, program_, services_);
  return world;
}

}  // namespace fencelab::testing
