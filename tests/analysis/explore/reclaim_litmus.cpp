#include "tests/analysis/explore/reclaim_litmus.hpp"

namespace fencelab::testing {

using core::Task;

namespace {

constexpr std::size_t kNever = 19;  ///< a fence that nobody signals

/// What the programs of one story share. Each story uses what it needs.
struct Stage {
  Stage(LitmusWorld& w, std::uint64_t free, std::uint64_t all) : world(w), pages(w, free, all) {
    (void)w.fence(kNever), (void)w.variable(kNever);
  }
  core::DmaFence& fence(std::size_t kind, std::size_t i) { return world.fence(kind * 4 + i); }
  core::DmaFence& submitted(std::size_t i) { return fence(0, i); }
  core::DmaFence& user(std::size_t i) { return fence(1, i); }
  core::DmaFence& job(std::size_t i) { return fence(2, i); }
  core::Shared<std::uint64_t>& resident(std::size_t i) { return world.variable(i); }
  core::Process& spawn(const char* what, std::size_t i, Task<> body) {
    return world.sim.spawn({what + std::to_string(i)}, std::move(body));
  }
  void promise(std::size_t kind, std::size_t i, core::Process& by) {
    world.promise_signal(kind * 4 + i, by);
  }
  LitmusWorld& world;
  Pages pages;
};
using StagePtr = std::shared_ptr<Stage>;

/// The answer to a failed allocation: one of `victims`, drawn.
std::size_t draw(Stage& stage, const std::vector<std::size_t>& victims) {
  return victims[stage.world.sim.choose(
      {"victim", stage.world.sim.current()->id, static_cast<std::uint32_t>(victims.size()), 0})];
}

// ---- the indefinite fence

Task<> run_job(StagePtr stage, std::size_t j, bool waits) {
  co_await stage->submitted(j).wait();
  if (waits) co_await stage->user(j).wait();
  co_await core::point(stage->world.sim);
  stage->job(j).signal();
}

Task<> evict(StagePtr stage, IndefiniteFence how, std::size_t victim, bool busy) {
  if (busy && !how.preempts) co_await stage->job(victim).wait();
  co_await core::point(stage->world.sim);
  const bool there = stage->resident(victim).read() != 0;
  if (there) {
    stage->resident(victim).write() = 0;
    stage->pages.give();
  } else if (how.loses_wakeups) {
    co_await stage->world.fence(kNever).wait();
  }
}

// One attempt; if it fails, one round of reclaim.
Task<bool> take_page(StagePtr stage, IndefiniteFence how) {
  co_await core::point(stage->world.sim);
  if (stage->pages.try_take()) co_return true;
  std::vector<std::size_t> victims;
  for (std::size_t v = 0; v < how.jobs; ++v)
    if (stage->resident(v).read() != 0) victims.push_back(v);
  if (victims.empty()) {
    if (how.loses_wakeups)
      co_await stage->world.fence(kNever).wait();
    else
      co_await stage->pages.wait_for_more(stage->pages.given());
    co_return false;
  }
  const std::size_t victim = draw(*stage, victims);
  const bool busy = stage->submitted(victim).is_signaled();
  co_await evict(stage, how, victim, busy);
  co_return false;
}

Task<> use_memory(StagePtr stage, IndefiniteFence how, std::size_t j) {
  core::Simulation& simulation = stage->world.sim;
  if (!how.user_waits) {
    co_await core::point(simulation);
    stage->submitted(j).signal();
  }
  bool got = false;
  while (!got) {
    simulation.forget(j + 1);
    got = co_await take_page(stage, how);
  }
  co_await core::point(simulation);
  stage->user(j).signal();
  if (how.user_waits) {
    co_await core::point(simulation);
    stage->submitted(j).signal();
  }
  co_await stage->job(j).wait();
  co_await core::point(simulation);
  stage->pages.give();
}

// ---- process memory that a GPU uses

constexpr std::size_t kSequence = 4, kArmed = 5;

Task<> shrink(StagePtr stage) {
  LitmusWorld& world = stage->world;
  const bool is_clean = world.sim.choose({"victim", world.sim.current()->id, 2, 0}) == 0;
  if (!is_clean) {
    co_await world.lock(0).lock();
    ++world.variable(kSequence).write();
    const bool armed = world.variable(kArmed).read() != 0;
    if (armed) co_await stage->job(0).wait();
    co_await core::point(world.sim);
    world.lock(0).unlock();
  }
  co_await core::point(world.sim);
  stage->pages.give();
}

Task<> allocate(StagePtr stage, std::uint64_t tag) {
  bool got = false;
  while (!got) {
    stage->world.sim.forget(tag);
    co_await core::point(stage->world.sim);
    got = stage->pages.try_take();
    if (!got) co_await shrink(stage);
  }
}

Task<> submit_user_memory(StagePtr stage, bool under_lock) {
  LitmusWorld& world = stage->world;
  bool valid = false;
  while (!valid) {
    if (under_lock) co_await world.lock(0).lock();
    co_await allocate(stage, under_lock ? 1 : 2);
    co_await core::point(world.sim);
    const std::uint64_t sequence = world.variable(kSequence).read();
    if (!under_lock) co_await world.lock(0).lock();
    valid = under_lock || world.variable(kSequence).read() == sequence;
    if (valid) {
      world.variable(kArmed).write() = 1;
      stage->submitted(0).signal();
    }
    co_await core::point(world.sim);
    world.lock(0).unlock();
  }
  co_await stage->job(0).wait();
}

Task<> work_on_user_memory(StagePtr stage, bool allocates) {
  co_await stage->submitted(0).wait();
  if (allocates) co_await allocate(stage, 3);
  co_await core::point(stage->world.sim);
  stage->job(0).signal();
}

Task<> kswapd(StagePtr stage, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    co_await core::point(stage->world.sim);
    co_await shrink(stage);
  }
}

// ---- asynchronous binds

constexpr std::size_t kClean = 4;  ///< one clean page of the page cache, to be dropped at will

/// False if there is nothing to reclaim.
Task<bool> reclaim_object(StagePtr stage, std::size_t objects) {
  std::vector<std::size_t> victims;
  if (stage->world.variable(kClean).read() != 0) victims.push_back(kClean);
  for (std::size_t v = 0; v < objects; ++v)
    if (stage->resident(v).read() != 0) victims.push_back(v);
  if (victims.empty()) co_return false;
  const std::size_t victim = draw(*stage, victims);
  if (victim != kClean) {
    const bool busy = stage->submitted(victim).is_signaled();
    if (busy) co_await stage->job(victim).wait();
    co_await core::point(stage->world.sim);
  }
  auto& there = stage->world.variable(victim);
  if (there.read() != 0) {
    there.write() = 0;
    stage->pages.give();
  }
  co_return true;
}

Task<> take_page_for_tables(StagePtr stage, std::size_t objects, std::uint64_t tag) {
  bool done = false;
  while (!done) {
    stage->world.sim.forget(tag);
    co_await core::point(stage->world.sim);
    done = stage->pages.try_take();
    if (!done) {
      const bool more = co_await reclaim_object(stage, objects);
      done = !more;  // out of memory: an error, no deadlock
    }
  }
}

Task<> bind(StagePtr stage, AsyncBind how) {
  co_await stage->user(0).wait();  // the job is queued
  if (how.allocates == AsyncBind::Allocates::may_wait)
    co_await take_page_for_tables(stage, how.objects, 1);
  co_await core::point(stage->world.sim);
  if (how.allocates == AsyncBind::Allocates::no_wait) {
    (void)stage->pages.try_take();  // fails the bind, not its fence
    co_await core::point(stage->world.sim);
  }
  stage->user(1).signal();  // bound
}

Task<> queue_bind(StagePtr stage, AsyncBind how) {
  if (how.allocates == AsyncBind::Allocates::before)
    co_await take_page_for_tables(stage, how.objects, 2);
  co_await core::point(stage->world.sim);
  stage->user(0).signal();
  for (std::size_t i = 0; i < how.objects; ++i) {
    co_await core::point(stage->world.sim);
    stage->submitted(i).signal();
  }
}

Task<> execute(StagePtr stage, std::size_t i) {
  co_await stage->submitted(i).wait();
  co_await stage->user(1).wait();
  co_await core::point(stage->world.sim);
  stage->job(i).signal();
}

}  // namespace

std::function<void(LitmusWorld&)> IndefiniteFence::body() const {
  return [how = *this](LitmusWorld& world) {
    auto stage = std::make_shared<Stage>(world, how.free, how.free + 2 * how.jobs);
    for (std::size_t j = 0; j < how.jobs; ++j) stage->resident(j).write() = 1;
    for (std::size_t j = 0; j < how.jobs; ++j) {
      stage->promise(2, j, stage->spawn("gpu", j, run_job(stage, j, !how.user_waits)));
      core::Process& user = stage->spawn("user", j, use_memory(stage, how, j));
      stage->promise(0, j, user);
      stage->promise(1, j, user);
      stage->pages.promise(user);
    }
  };
}

std::function<void(LitmusWorld&)> UserMemory::body() const {
  return [how = *this](LitmusWorld& world) {
    auto stage = std::make_shared<Stage>(world, 0, 100);
    stage->promise(0, 0,
                   stage->spawn("submit", 0, submit_user_memory(stage, how.allocates_under_lock)));
    stage->promise(2, 0,
                   stage->spawn("worker", 0, work_on_user_memory(stage, how.allocates_in_job)));
    stage->spawn("kswapd", 0, kswapd(stage, how.kswapd_rounds));
  };
}

std::function<void(LitmusWorld&)> AsyncBind::body() const {
  return [how = *this](LitmusWorld& world) {
    auto stage = std::make_shared<Stage>(world, 0, 10);
    for (std::size_t i = 0; i < how.objects; ++i) stage->resident(i).write() = 1;
    world.variable(kClean).write() = 1;
    stage->promise(1, 1, stage->spawn("binder", 0, bind(stage, how)));
    core::Process& ioctl = stage->spawn("ioctl", 0, queue_bind(stage, how));
    stage->promise(1, 0, ioctl);
    for (std::size_t i = 0; i < how.objects; ++i) {
      stage->promise(0, i, ioctl);
      stage->promise(2, i, stage->spawn("exec", i, execute(stage, i)));
    }
  };
}

}  // namespace fencelab::testing
