// Small programs over core's primitives, as data: what litmus tests and random tests explore.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analysis/explore/subject.hpp"
#include "core/fence.hpp"
#include "core/fence_array.hpp"
#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "core/recovery.hpp"
#include "core/resource.hpp"
#include "core/shared.hpp"
#include "core/timeline.hpp"
#include "models/gpu/credit_queue.hpp"
#include "models/memory/pool.hpp"

namespace fencelab::testing {

/// A list whose server asks whether something outranks what it is at (models/gpu/engine.hpp).
struct RankedList final : core::StateSource {
  explicit RankedList(core::Simulation& simulation) : touches(simulation, *this) {}
  void offer(std::uint64_t rank);
  bool outranks(std::uint64_t rank) const;
  bool hash_state(std::uint64_t& hash) const override;
  std::vector<std::uint64_t> ranks;
  core::TouchPoint touches;
};

/// A ring with one consumer (models/gpu/hw_queue.hpp).
struct Ring final : core::StateSource {
  explicit Ring(core::Simulation& simulation) : arrivals(simulation), touches(simulation, *this) {}
  /// Whether it was empty.
  bool put();
  /// After the next has arrived: whether there are more.
  bool take();
  /// How many there are.
  std::uint64_t look() const;
  bool hash_state(std::uint64_t& hash) const override;
  std::uint64_t taken = 0;
  core::Arrivals arrivals;
  core::TouchPoint touches;
};

/// Credits that processes have, who ask for them by rank.
struct LitmusCredits final : models::CreditQueue {
  LitmusCredits(core::Simulation& simulation, std::string name, std::uint32_t credits)
      : CreditQueue(simulation, std::move(name), credits, false) {}
  core::SingleWait claim(std::uint64_t rank, std::uint32_t credits) {
    return acquire(key(place_of(static_cast<int>(rank), 0), credits));
  }
  void got(const core::Process& process, std::uint32_t credits);
  /// All that `process` has.
  void give(const core::Process& process);
  core::GateIndex describe_turn(core::WaitGraphBuilder& builder) const override;
  bool hash_state(std::uint64_t& hash) const override;
  struct Holder {
    const core::Process* process;
    std::uint32_t credits;
  };
  std::vector<Holder> holders;
};

/// Writes down in a variable that a fence was signaled.
struct Watch final : core::FenceCallback {
  Watch(core::Shared<std::uint64_t>& variable, std::uint64_t name)
      : noted_in(variable), mark(name) {}
  void on_signaled(core::DmaFence&) override;
  core::Shared<std::uint64_t>& noted_in;
  std::uint64_t mark;
};

/// Objects that programs name by index.
struct LitmusWorld final : analysis::SubjectRun, core::FenceProducer {
  explicit LitmusWorld(core::Simulation& simulation) : sim(simulation) {}
  ~LitmusWorld() override;
  core::Mutex& lock(std::size_t i) {
    return grow(locks, i,
                [&](std::size_t n) { return new core::Mutex(sim, "L" + std::to_string(n)); });
  }
  core::RwLock& rw(std::size_t i) {
    return grow(rws, i,
                [&](std::size_t n) { return new core::RwLock(sim, "R" + std::to_string(n)); });
  }
  core::WwMutex& ww(std::size_t i) {
    return grow(wws, i,
                [&](std::size_t n) { return new core::WwMutex(sim, "W" + std::to_string(n)); });
  }
  core::ValueTimeline& timeline(std::size_t i) {
    return grow(timelines, i, [&](std::size_t n) {
      return new core::ValueTimeline(sim, "t" + std::to_string(n));
    });
  }
  core::CountedResource& pool(std::size_t i) {
    return grow(pools, i, [&](std::size_t n) {
      return new core::CountedResource(sim, "P" + std::to_string(n), 2);
    });
  }
  models::MemoryPool& memory(std::size_t i) {
    return grow(memories, i, [&](std::size_t n) {
      return new models::MemoryPool(sim, "M" + std::to_string(n), 2);
    });
  }
  /// Number i has i + 1 of them.
  LitmusCredits& credit(std::size_t i) {
    return grow(credits, i, [&](std::size_t n) {
      return new LitmusCredits(sim, "C" + std::to_string(n), static_cast<std::uint32_t>(n) + 1);
    });
  }
  core::Shared<std::uint64_t>& variable(std::size_t i) {
    return grow(variables, i, [&](std::size_t) { return new core::Shared<std::uint64_t>(sim); });
  }
  RankedList& ranked(std::size_t i) {
    return grow(ranked_lists, i, [&](std::size_t) { return new RankedList(sim); });
  }
  Ring& ring(std::size_t i) {
    return grow(rings, i, [&](std::size_t) { return new Ring(sim); });
  }
  core::DmaFence& fence(std::size_t i) {
    while (fences.size() <= i)
      fences.push_back(core::make_intrusive<core::DmaFence>(sim, this, 1, fences.size()));
    return *fences[i];
  }
  /// Makes objects 0..count-1 of every kind, so that making them is no step's business.
  void make(std::size_t count) {
    if (count == 0) return;
    lock(count - 1), rw(count - 1), ww(count - 1), timeline(count - 1), pool(count - 1),
        variable(count - 1), fence(count - 1);
  }

  // Who may still signal a fence or advance a timeline: processes whose program says so, until they
  // are done.
  struct Promise final : core::ValueProducer {
    LitmusWorld* world = nullptr;
    core::Process* process = nullptr;
    std::uint64_t highest = 0;
    std::uint64_t reachable(const core::ValueTimeline&) const override { return highest; }
    core::GateIndex describe_release(core::WaitGraphBuilder& builder, const core::ValueTimeline&,
                                     std::uint64_t) const override;
  };
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override {
    return "F" + std::to_string(fence.seqno());
  }
  /// Gives each of the first `count` fences a watchdog.
  void make_watchdogs(std::size_t count) {
    for (std::size_t i = watchdogs.size(); i < count; ++i)
      watchdogs.push_back(std::make_unique<core::RecoveryTimer>(
          sim, core::RecoveryKind::job_timeout, [this, i] { fence(i).signal(); }));
  }
  void promise_signal(std::size_t fence, core::Process& by) {
    if (signallers.size() <= fence) signallers.resize(fence + 1);
    signallers[fence].push_back(&by);
  }
  void promise_value(std::size_t timeline_index, std::uint64_t value, core::Process& by) {
    promises.push_back(std::make_unique<Promise>());
    promises.back()->world = this;
    promises.back()->process = &by;
    promises.back()->highest = value;
    timeline(timeline_index).add_producer(*promises.back());
  }

  core::Simulation& sim;
  std::vector<std::unique_ptr<core::Mutex>> locks;
  std::vector<std::unique_ptr<core::RwLock>> rws;
  std::vector<std::unique_ptr<core::WwMutex>> wws;
  std::vector<std::unique_ptr<Promise>> promises;
  std::vector<std::unique_ptr<core::ValueTimeline>> timelines;
  std::vector<std::unique_ptr<core::CountedResource>> pools;
  std::vector<std::unique_ptr<models::MemoryPool>> memories;
  std::vector<std::unique_ptr<LitmusCredits>> credits;
  std::vector<std::unique_ptr<core::Shared<std::uint64_t>>> variables;
  std::vector<std::unique_ptr<RankedList>> ranked_lists;
  std::vector<std::unique_ptr<Ring>> rings;
  std::vector<core::FencePtr> fences;
  std::vector<std::unique_ptr<Watch>> watches;
  std::vector<std::vector<core::Process*>> signallers;
  std::vector<std::unique_ptr<core::RecoveryTimer>> watchdogs;  ///< by fence, if a program has any
  std::vector<core::Process*> parts;                            ///< processes, by number
  std::set<std::size_t>
      killed;  ///< those that somebody may end: what they were told dies with them
  std::vector<std::uint64_t> told;  ///< by number: all that it was told, as a hash
  std::set<std::uint64_t>* outcomes =
      nullptr;  ///< where to put how it came out, if it came to its end

 private:
  template <class T, class Make>
  T& grow(std::vector<std::unique_ptr<T>>& all, std::size_t i, Make make) {
    if (all.empty()) all.reserve(i + 4);  // worlds are made again and again
    while (all.size() <= i) all.emplace_back(make(all.size()));
    return *all[i];
  }
};

/// One operation of a program.
struct LitmusOp {
  enum class Kind {
    lock,
    unlock,
    try_lock,  ///< try: skips `value` operations if it fails
    read_lock,
    read_unlock,
    write_lock,
    write_unlock,
    ww_lock,      ///< `value`: interruptible; a signal starts the transaction over
    ww_drop_all,  ///< ww: on -EDEADLK drops everything and starts over at the first ww_lock
    wait,
    wait_all,
    wait_any,
    wait_k,        ///< fences `objects`; k: `value`
    wait_timeout,  ///< fence, with a planned deadline
    wait_array,    ///< fences `objects`, all of them by one fence array
    watch,  ///< fence, variable, in which it is noted when that is signaled; `value`: by what
    signal,
    poll,  ///< poll: skips `value` operations if it is not signaled
    advance,
    wait_value,  ///< timeline, value
    at_least,    ///< timeline, value; told whether it is reached
    offer,       ///< ranked list, rank
    pick,        ///< ranked list, rank; told whether something outranks that
    put,         ///< ring; told whether it was empty
    take,        ///< ring, by one process only; told whether there are more
    look,        ///< ring; told how many there are
    claim,       ///< credits, how many; rank
    give,        ///< credits: all that it has of them
    read,
    write,
    increment,
    add,        ///< as increment, in an order that nobody can tell
    read_into,  ///< variable; read_into: skips `value` operations if it is zero
    look_on,    ///< variables; as long as one is zero looks at the next in the same step, the last
                ///< becomes `value`; told how many it saw
    acquire,
    try_acquire,
    release,      ///< pool, units; try: skips one operation if it fails
    take_memory,  ///< memory, fence; bytes: if there are too few it waits until some are given back
                  ///< or the fence signals; skips one operation if there are too few even then
    give_memory,  ///< memory, bytes
    choose,       ///< skips as many operations as the answer out of `value`
    repair,  ///< waits for a fence until a recovery timer; skips `value` operations unless it went
             ///< off
    arm,     ///< sets the watchdog of a fence, which signals it
    disarm,
    kill,  ///< ends process number `objects` where it stands; what it holds stays held
    wait_interruptible,  ///< fence; skips `value` operations if a signal ends the wait (-EINTR)
    wait_restarted,      ///< fence; interruptible, and begun again after a signal (-ERESTARTSYS)
    interrupt            ///< a signal to process number `objects`
  };
  Kind kind;
  std::vector<std::size_t> objects;
  std::uint64_t value = 0;
  bool joined = false;  ///< one that cannot block: made in the step of the one before
};
using LitmusProgram = std::vector<std::vector<LitmusOp>>;

/// Spawns a process for each part of `program`, which must outlive the run.
/// The last `services` of the processes are services: nobody waits for their ends.
void spawn_programs(LitmusWorld& world, const LitmusProgram& program, std::size_t services = 0);

/// A program as something to explore.
class LitmusSubject final : public analysis::Subject {
 public:
  /// `objects`: makes at least so many of every kind; those that the program names in any case.
  /// `services`: as for spawn_programs().
  explicit LitmusSubject(LitmusProgram program, std::size_t objects = 0, std::size_t services = 0)
      : program_(std::move(program)), objects_(objects), services_(services) {}
  std::unique_ptr<analysis::SubjectRun> start(core::Simulation& simulation) override;
  /// From now on notes how executions that come to their ends come out: what each process was told,
  /// where it stands, and what variables hold.
  void watch_outcomes() { watches_ = true; }
  std::set<std::uint64_t> take_outcomes() { return std::exchange(outcomes_, {}); }

 private:
  LitmusProgram program_;
  std::size_t objects_, services_;
  std::set<std::uint64_t> outcomes_;
  bool watches_ = false;
};

/// A program written as coroutines: `body` spawns the processes.
class CodeSubject final : public analysis::Subject {
 public:
  explicit CodeSubject(std::function<void(LitmusWorld&)> body, std::size_t objects = 4)
      : body_(std::move(body)), objects_(objects) {}
  std::unique_ptr<analysis::SubjectRun> start(core::Simulation& simulation) override {
    auto world = std::make_unique<LitmusWorld>(simulation);
    world->make(objects_);
    body_(*world);
    return world;
  }

 private:
  std::function<void(LitmusWorld&)> body_;
  std::size_t objects_;
};

// Short names for tables of programs.
namespace litmus {
using K = LitmusOp::Kind;
inline LitmusOp L(std::size_t x) { return {K::lock, {x}}; }
inline LitmusOp U(std::size_t x) { return {K::unlock, {x}}; }
inline LitmusOp T(std::size_t x, std::uint64_t skip) { return {K::try_lock, {x}, skip}; }
inline LitmusOp W(std::size_t f) { return {K::wait, {f}}; }
inline LitmusOp S(std::size_t f) { return {K::signal, {f}}; }
inline LitmusOp Wall(std::vector<std::size_t> f) { return {K::wait_all, std::move(f)}; }
inline LitmusOp Wany(std::vector<std::size_t> f) { return {K::wait_any, std::move(f)}; }
inline LitmusOp Wk(std::uint64_t k, std::vector<std::size_t> f) {
  return {K::wait_k, std::move(f), k};
}
inline LitmusOp ADV(std::size_t t, std::uint64_t v) { return {K::advance, {t}, v}; }
inline LitmusOp WGE(std::size_t t, std::uint64_t v) { return {K::wait_value, {t}, v}; }
inline LitmusOp INC(std::size_t x) { return {K::increment, {x}}; }
inline LitmusOp RD(std::size_t x) { return {K::read, {x}}; }
inline LitmusOp WR(std::size_t x, std::uint64_t v = 1) { return {K::write, {x}, v}; }
inline LitmusOp ARM(std::size_t f) { return {K::arm, {f}}; }
inline LitmusOp DISARM(std::size_t f) { return {K::disarm, {f}}; }
inline LitmusOp REPAIR(std::size_t f, std::uint64_t skip) { return {K::repair, {f}, skip}; }
inline LitmusOp KILL(std::size_t p) { return {K::kill, {p}}; }
inline LitmusOp INTR(std::size_t p) { return {K::interrupt, {p}}; }
/// Interruptible: a signal skips `skip` operations.
inline LitmusOp WI(std::size_t f, std::uint64_t skip) { return {K::wait_interruptible, {f}, skip}; }
/// Interruptible, and restarted after a signal.
inline LitmusOp WAGAIN(std::size_t f) { return {K::wait_restarted, {f}}; }
inline LitmusOp CHOOSE(std::uint64_t n) { return {K::choose, {}, n}; }

/// One lock inside another.
inline std::vector<LitmusOp> both(std::size_t first, std::size_t second) {
  return {L(first), L(second), U(second), U(first)};
}
/// Each takes the left fork, then the right one; `ordered`: the last one the other way round.
inline LitmusProgram philosophers(std::size_t n, bool ordered = false) {
  LitmusProgram program;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t right = (i + 1) % n;
    program.push_back(ordered && right == 0 ? both(right, i) : both(i, right));
  }
  return program;
}
}  // namespace litmus

}  // namespace fencelab::testing
