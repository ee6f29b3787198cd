// Rows T62 to T77g: drm_sched (drivers/gpu/drm/scheduler/tests/; rows from reading sched_entity.c
// and sched_main.c). Jobs take the times that are given, so that sums can be compared exactly.
#include <algorithm>

#include "tests/conformance/rows_sched_rig.hpp"

using namespace fencelab::rows;

namespace {

using fencelab::core::fence_error::kCanceled;
using fencelab::core::fence_error::kSearch;
using Jobs = std::vector<JobPtr>;

/// `count` jobs of `duration`, one to each entity in turn; each after the one before if `chained`.
Jobs push_in_turn(SchedRig& rig, const std::vector<GpuContext*>& entities, std::size_t count,
                  Duration duration, bool chained) {
  Jobs jobs;
  for (std::size_t i = 0; i < count; ++i)
    jobs.push_back(rig.push(*entities[i % entities.size()], duration,
                            chained && i > 0 ? jobs.back() : JobPtr()));
  return jobs;
}

std::vector<GpuContext*> entities_of(SchedRig& rig, std::size_t count) {
  std::vector<GpuContext*> entities;
  for (std::size_t i = 0; i < count; ++i) entities.push_back(&rig.entity());
  return entities;
}

Time last_done(const Jobs& jobs) {
  Time last{};
  for (const JobPtr& job : jobs) {
    REQUIRE(SchedRig::is_finished(*job));
    last = std::max(last, job->done_at);
  }
  return last;
}

bool in_order(const Jobs& jobs) {
  return std::is_sorted(jobs.begin(), jobs.end(), [](const JobPtr& a, const JobPtr& b) {
    return a->finished->signaled_at() < b->finished->signaled_at();
  });
}

std::size_t count_finished(const Jobs& jobs) {
  return static_cast<std::size_t>(std::count_if(
      jobs.begin(), jobs.end(), [](const JobPtr& job) { return SchedRig::is_finished(*job); }));
}

}  // namespace

TEST_CASE("T62: a job is scheduled at once, and finished when the hardware says so") {
  SchedRig rig;
  const JobPtr job = rig.push(rig.entity(), std::nullopt);
  rig.run_for(500ms);
  CHECK(SchedRig::is_scheduled(*job));
  CHECK_FALSE(SchedRig::is_finished(*job));
  job->terminate();
  rig.run_for(0ms);
  CHECK(SchedRig::is_finished(*job));
  CHECK(job->finished->status() == 1);
}

TEST_CASE("T63, T64: a hundred jobs of 1 ms, of one entity or of four, take 100 ms") {
  for (const std::size_t entities : {1u, 4u}) {
    SchedRig rig;
    const Jobs jobs = push_in_turn(rig, entities_of(rig, entities), 100, 1ms, false);
    rig.simulation.run();
    CHECK(last_done(jobs) == Time(100ms));
  }
}

TEST_CASE("T65: jobs that depend on one another are done in their order, and take no longer") {
  for (const std::size_t entities : {1u, 4u}) {
    SchedRig rig;
    const Jobs jobs = push_in_turn(rig, entities_of(rig, entities), 100, 1ms, true);
    rig.simulation.run();
    CHECK(last_done(jobs) == Time(100ms));
    CHECK(in_order(jobs));
  }
}

TEST_CASE("T66: entities that are destroyed half way leave nothing hanging: the rest is -ESRCH") {
  SchedRig rig;
  const auto entities = entities_of(rig, 4);
  const Jobs jobs = push_in_turn(rig, entities, 100, 1ms, true);
  rig.run_for(50ms);
  REQUIRE(count_finished(jobs) == 50);
  for (GpuContext* entity : entities) rig.queue_of(*entity).kill();
  rig.simulation.run();
  // The job that the hardware has goes on to its end; no other one is run.
  CHECK(jobs[50]->finished->status() == 1);
  for (std::size_t i = 51; i < jobs.size(); ++i) CHECK(jobs[i]->finished->status() == kSearch);
  CHECK(last_done(jobs) == Time(51ms));
  CHECK(in_order(jobs));
}

TEST_CASE("T66: a job of a destroyed entity is not over before what it depends on is") {
  SchedRig rig;
  GpuContext &killed = rig.entity(), &other = rig.entity();
  const JobPtr producer = rig.push(other, std::nullopt);
  const JobPtr victim = rig.push(killed, 1ms, producer);
  const JobPtr next = rig.push(killed, 1ms);
  rig.run_for(1ms);
  rig.queue_of(killed).kill();
  rig.run_for(10ms);
  // It may free memory that the producer uses.
  CHECK_FALSE(SchedRig::is_finished(*victim));
  CHECK_FALSE(SchedRig::is_finished(*next));
  producer->terminate();
  rig.simulation.run();
  CHECK(victim->finished->status() == kSearch);
  CHECK(next->finished->status() == kSearch);
  CHECK(victim->started_at == Time{});
}

TEST_CASE("T67: a scheduler that goes away ends the job that runs with -ECANCELED") {
  SchedRig rig;
  GpuContext& entity = rig.entity();
  const JobPtr job = rig.push(entity, std::nullopt), next = rig.push(entity, 1ms);
  rig.run_for(1ms);
  REQUIRE(job->state == JobState::running);
  rig.gpu().unplug();
  CHECK(job->finished->status() == kCanceled);
  rig.run_for(10ms);
  // It was in the ring, too.
  CHECK(next->finished->status() == kCanceled);
  CHECK(next->started_at == Time{});
}

TEST_CASE("T67: what waits in an entity of a scheduler that goes away ends with -ESRCH") {
  SchedRig rig({.credits = 1});
  GpuContext &first = rig.entity(), &second = rig.entity();
  const JobPtr job = rig.push(first, std::nullopt), waits = rig.push(second, 1ms);
  rig.run_for(1ms);
  rig.gpu().unplug();
  rig.run_for(1ms);
  CHECK(job->finished->status() == kCanceled);
  CHECK(waits->finished->status() == kSearch);
  const JobPtr late = rig.push(rig.entity(), 1ms);
  rig.run_for(1ms);
  CHECK(late->finished->status() == kSearch);
}

TEST_CASE("T68: 16 workers push 8 jobs each: all are scheduled, and 128 are completed by hand") {
  SchedRig rig;
  Jobs jobs;
  for (GpuContext* entity : entities_of(rig, 16))
    for (int i = 0; i < 8; ++i) jobs.push_back(rig.push(*entity, std::nullopt));
  rig.run_for(1ms);
  for (const JobPtr& job : jobs) CHECK(SchedRig::is_scheduled(*job));
  CHECK(count_finished(jobs) == 0);
  for (std::size_t advanced = 1; advanced <= jobs.size(); ++advanced) {
    const auto running = std::find_if(jobs.begin(), jobs.end(), [](const JobPtr& job) {
      return job->state == JobState::running;
    });
    REQUIRE(running != jobs.end());
    (*running)->terminate();
    rig.run_for(0ms);
    CHECK(count_finished(jobs) == advanced);
  }
}

namespace {

/// Keeps up to eight jobs in flight for a second; each must be finished within two.
Task<> keep_busy(SchedRig& rig, GpuContext& entity, Duration duration, Jobs& jobs) {
  std::size_t waited = 0;
  const std::size_t begun = jobs.size();
  while (rig.simulation.now() < Time(1s)) {
    jobs.push_back(rig.push(entity, duration));
    if (jobs.size() - begun - waited < 8) continue;
    const FencePtr oldest = jobs[begun + waited++]->finished;
    if (!oldest->is_signaled()) co_await oldest->wait();
  }
}

}  // namespace

TEST_CASE("T69: with 16 workers of different speed no job waits for longer than 2 s") {
  SchedRig rig;
  std::vector<Jobs> jobs(16);
  for (std::size_t i = 0; i < jobs.size(); ++i)
    rig.simulation.spawn({"worker", ProcessRole::user_thread, true},
                         keep_busy(rig, rig.entity(), 100us * static_cast<int>(i + 1), jobs[i]));
  rig.simulation.run();
  for (const Jobs& of_one : jobs) {
    CHECK(of_one.size() > 8);
    for (const JobPtr& job : of_one) {
      REQUIRE(SchedRig::is_finished(*job));
      CHECK(job->done_at - job->account.opened() <= 2s);
    }
  }
}

TEST_CASE("T70: a job that does not end is timed out, once and not before its time") {
  SchedRig rig({.timeout = 200ms});
  const JobPtr job = rig.push(rig.entity(), std::nullopt);
  rig.run_for(100ms);
  CHECK_FALSE(SchedRig::is_finished(*job));
  rig.run_for(200ms);
  CHECK(job->finished->status() == kTime);
  CHECK(job->done_at == Time(200ms));
}

TEST_CASE("T71: a job whose driver says that nothing hangs goes on to its end") {
  SchedRig rig({.timeout = 200ms, .sees_progress = true});
  const JobPtr job = rig.push(rig.entity(), std::nullopt);
  const JobPtr next = rig.push(*job->context, 1ms);
  rig.run_for(400ms);
  CHECK_FALSE(SchedRig::is_finished(*job));
  job->terminate();
  rig.simulation.run();
  CHECK(job->finished->status() == 1);
  CHECK(job->done_at == Time(400ms));
  CHECK(next->finished->status() == 1);
}

TEST_CASE("T72: jobs of all priorities are done in the end, the higher ones first") {
  SchedRig rig({.credits = 1});
  std::vector<GpuContext*> entities;
  for (const int priority : {0, 1, 2, 3}) entities.push_back(&rig.entity(priority));
  const Jobs jobs = push_in_turn(rig, entities, 100, 1ms, false);
  rig.simulation.run();
  CHECK(last_done(jobs) == Time(100ms));
  // The first job of the lowest was on the hardware before any other came.
  CHECK(jobs[96]->done_at == Time(100ms));
  CHECK(jobs[99]->done_at <= Time(27ms));
}

TEST_CASE("T73: priorities that change all the time lose no job") {
  SchedRig rig({.credits = 2});
  const auto entities = entities_of(rig, 4);
  const Jobs jobs = push_in_turn(rig, entities, 1000, 1ms, false);
  for (int step = 0; step < 1000; ++step) {
    entities[static_cast<std::size_t>(step) % 4]->set_priority(step % 3 - 1);
    rig.run_for(1ms);
  }
  rig.simulation.run();
  CHECK(last_done(jobs) == Time(1000ms));
}

TEST_CASE("T74: 13 entities that wander over three engines lose no job") {
  SchedRig rig({.engines = 3});
  std::vector<GpuContext*> entities;
  for (int i = 0; i < 13; ++i) entities.push_back(&rig.entity(0, true));
  Jobs jobs;
  for (std::size_t i = 0; i < 1000; ++i) {
    const JobPtr job = rig.job(*entities[i % 13], 1ms);
    job->wanted_engine = &rig.engine(i % 3);
    job->entity->push(job);
    jobs.push_back(job);
  }
  rig.simulation.run();
  // 334 ms of work for the first engine; an entity that waits for a busy one keeps back the others.
  CHECK(last_done(jobs) >= Time(334ms));
  CHECK(last_done(jobs) <= Time(1000ms));
  for (const JobPtr& job : jobs) CHECK(job->finished->status() == 1);
}

TEST_CASE("T75: with one credit the second job is not scheduled before the first is done") {
  SchedRig rig({.credits = 1});
  const JobPtr first = rig.push(rig.entity(), std::nullopt);
  const JobPtr second = rig.push(rig.entity(), std::nullopt);
  rig.run_for(1ms);
  CHECK(SchedRig::is_scheduled(*first));
  CHECK_FALSE(SchedRig::is_scheduled(*second));
  first->terminate();
  rig.run_for(1ms);
  CHECK(SchedRig::is_finished(*first));
  CHECK(SchedRig::is_scheduled(*second));
  CHECK_FALSE(SchedRig::is_finished(*second));
  second->terminate();
  rig.run_for(0ms);
  CHECK(SchedRig::is_finished(*second));
}

TEST_CASE(
    "T76: a thousand jobs behind a blocked one take as long as they should, once it is gone") {
  for (const bool ping_pong : {false, true}) {
    SchedRig rig({.credits = 1});
    const auto entities = entities_of(rig, ping_pong ? 2 : 1);
    const JobPtr blocked = rig.push(*entities.back(), std::nullopt);
    Jobs jobs{blocked};
    for (std::size_t i = 0; i < 1000; ++i)
      jobs.push_back(rig.push(*entities[i % entities.size()], 1ms, jobs.back()));
    rig.run_for(5ms);
    CHECK(count_finished(jobs) == 0);
    blocked->terminate();
    rig.simulation.run();
    CHECK(last_done(jobs) == Time(5ms + 1000ms));
    CHECK(in_order(jobs));
  }
}

namespace {

/// `count` jobs of `duration`, each `gap` after the one before was finished.
Task<> client(SchedRig& rig, GpuContext& entity, int count, Duration duration, Duration gap,
              Jobs& jobs) {
  for (int i = 0; i < count; ++i) {
    jobs.push_back(rig.push(entity, duration));
    const FencePtr done = jobs.back()->finished;
    if (!done->is_signaled()) co_await done->wait();
    co_await sleep_for(rig.simulation, gap);
  }
}

}  // namespace

TEST_CASE("T77: a hog of low priority and an interactive client both finish, the latter in time") {
  SchedRig rig({.credits = 1});
  Jobs hog, interactive;
  GpuContext &low = rig.entity(-1), &normal = rig.entity(0);
  rig.simulation.spawn({"hog", ProcessRole::user_thread, true},
                       client(rig, low, 100, 2500us, 500us, hog));
  rig.simulation.spawn({"interactive", ProcessRole::user_thread, true},
                       client(rig, normal, 30, 500us, 9500us, interactive));
  rig.simulation.run();
  last_done(hog);
  last_done(interactive);
  for (const JobPtr& job : interactive)  // at most one job of the hog is in its way
    CHECK(job->done_at - job->account.opened() <= 2500us + 500us);
}

TEST_CASE("T77a: equal clients get equal shares") {
  for (const std::size_t count : {2u, 3u, 7u, 13u, 31u}) {
    SchedRig rig({.credits = 2});
    std::vector<Jobs> jobs(count);
    for (Jobs& of_one : jobs)
      rig.simulation.spawn({"client", ProcessRole::user_thread, true},
                           client(rig, rig.entity(), 100, 1ms, 0ms, of_one));
    rig.run_for(50ms * static_cast<int>(count));
    std::size_t least = ~std::size_t{0}, most = 0;
    for (const Jobs& of_one : jobs) {
      least = std::min(least, count_finished(of_one));
      most = std::max(most, count_finished(of_one));
    }
    CHECK(least >= 49);
    CHECK(most - least <= 1);
  }
}

namespace {

/// For T77b and T77c: a job that runs until it is told, and one of another entity behind it.
struct PipelinedPair {
  explicit PipelinedPair(bool pipelines) {
    first = rig.job(rig.entity(), std::nullopt);
    first->dont_pipeline = !pipelines;
    first->entity->push(first);
    second = rig.push(rig.entity(), 1ms, first);
    rig.run_for(1ms);
  }
  SchedRig rig{{.shared_ring = true}};
  JobPtr first, second;
};

}  // namespace

TEST_CASE("T77b: behind a job of the same scheduler one waits only until that is scheduled") {
  PipelinedPair pair(true);
  CHECK(SchedRig::is_scheduled(*pair.second));
  CHECK(pair.second->started_at == Time{});  // the ring is executed in order
  pair.first->terminate();
  pair.rig.simulation.run();
  CHECK(pair.second->done_at == Time(2ms));
}

TEST_CASE("T77b: a job that waits for a credit holds back those that depend on it") {
  SchedRig rig({.credits = 1, .shared_ring = true});
  const JobPtr running = rig.push(rig.entity(), std::nullopt);
  const JobPtr first = rig.push(rig.entity(), 1ms);
  const JobPtr second = rig.push(rig.entity(2), 1ms, first);  // though of higher priority
  rig.run_for(1ms);
  CHECK(second->state == JobState::queued);
  running->terminate();
  rig.simulation.run();
  CHECK(first->done_at == Time(2ms));
  CHECK(second->done_at == Time(3ms));
}

TEST_CASE("T77c: behind one that says not to, or that has failed, one waits for its end") {
  PipelinedPair pair(false);
  CHECK_FALSE(SchedRig::is_scheduled(*pair.second));
  pair.first->terminate();
  pair.rig.simulation.run();
  CHECK(pair.second->done_at == Time(2ms));
  SchedRig rig({.shared_ring = true});
  const JobPtr failed = rig.job(rig.entity(), 1ms);
  failed->refusal = kCanceled;
  failed->entity->push(failed);
  const JobPtr next = rig.push(rig.entity(), 1ms, failed);
  rig.simulation.run();
  CHECK(failed->finished->status() == kCanceled);
  CHECK(next->finished->status() == 1);
}

TEST_CASE("T75: a job of several credits waits for all of them, and keeps back who comes later") {
  SchedRig rig({.credits = 3});
  const JobPtr one = rig.push(rig.entity(), std::nullopt);
  const JobPtr other = rig.push(rig.entity(), std::nullopt);
  const JobPtr large = rig.job(rig.entity(), 1ms);
  large->credits = 2;
  large->entity->push(large);
  const JobPtr low = rig.push(rig.entity(-1), 1ms);
  rig.run_for(1ms);
  CHECK_FALSE(SchedRig::is_scheduled(*large));
  CHECK_FALSE(SchedRig::is_scheduled(*low));  // one credit is left, and not for it
  one->terminate();
  rig.run_for(0ms);
  CHECK(SchedRig::is_scheduled(*large));
  CHECK_FALSE(SchedRig::is_scheduled(*low));
  other->terminate();
  rig.simulation.run();
  CHECK(rig.engine().credits().free() == 3);
  const JobPtr huge = rig.job(rig.entity(), 1ms);
  huge->credits = 200;  // cut down to what there is
  huge->entity->push(huge);
  rig.simulation.run();
  CHECK(SchedRig::is_finished(*huge));
}

TEST_CASE("T77d: a dependency on a job of the same entity is dropped: the ring keeps the order") {
  SchedRig rig;
  GpuContext& entity = rig.entity();
  const JobPtr first = rig.push(entity, std::nullopt);
  const JobPtr second = rig.push(entity, 1ms, first);
  rig.run_for(1ms);
  CHECK(SchedRig::is_scheduled(*second));  // behind the first in the ring
  CHECK_FALSE(SchedRig::is_finished(*first));
  rig.run_for(10ms);
  CHECK_FALSE(SchedRig::is_finished(*second));
  first->terminate();
  rig.simulation.run();
  CHECK(second->done_at == Time(12ms));
  // Of another entity it is waited for before the job is scheduled.
  const JobPtr third = rig.push(entity, std::nullopt);
  const JobPtr apart = rig.push(rig.entity(), 1ms, third);
  rig.run_for(1ms);
  CHECK_FALSE(SchedRig::is_scheduled(*apart));
}

TEST_CASE("T77e: the jobs of a guilty entity are cancelled when their turn comes") {
  SchedRig rig({.timeout = 10ms, .guilty = true});
  GpuContext &entity = rig.entity(), &innocent = rig.entity();
  const JobPtr hangs = rig.push(entity, std::nullopt);
  rig.run_for(10ms);
  CHECK(hangs->finished->status() == kTime);
  const JobPtr later = rig.push(entity, 1ms), other = rig.push(innocent, 1ms);
  rig.simulation.run();
  CHECK(later->finished->status() == kCanceled);
  CHECK(later->started_at == Time{});  // the driver saw the error and did not run it
  CHECK(later->engine->credits().free() == 128);
  CHECK(other->finished->status() == 1);
}

TEST_CASE("T77f: a job that run_job() of the driver refuses is finished with its error") {
  SchedRig rig({.credits = 1});
  GpuContext& entity = rig.entity();
  constexpr int kIo = -5;
  const JobPtr refused = rig.job(entity, 1ms);
  refused->refusal = kIo;
  refused->entity->push(refused);
  const JobPtr next = rig.push(entity, 1ms);
  rig.simulation.run();
  CHECK(refused->finished->status() == kIo);
  CHECK(next->finished->status() == 1);  // its credit came back
  CHECK(next->done_at == Time(1ms));
}

namespace {

/// A fence that signals 5 ms after somebody has begun to wait for it.
struct Lazy final : FenceProducer {
  explicit Lazy(Simulation& simulation)
      : timer(simulation, [this] { fence->signal(); }),
        fence(make_intrusive<DmaFence>(simulation, this, new_fence_context(simulation), 1)) {}
  bool enable_signaling(DmaFence&) override {
    timer.arm(fence->simulation().now() + 5ms);
    return true;
  }
  GateIndex describe_release(WaitGraphBuilder&, const DmaFence&) const override { return kNoIndex; }
  std::string describe(const DmaFence&) const override { return "lazy"; }
  Timer timer;
  FencePtr fence;
};

}  // namespace

TEST_CASE("T77g: dependencies are armed one after the other, so lazy ones add up") {
  SchedRig rig;
  Lazy first(rig.simulation), second(rig.simulation);
  const JobPtr job = rig.job(rig.entity(), 1ms);
  job->depend_on({first.fence}, DependencyRule::program);
  job->depend_on({second.fence}, DependencyRule::program);
  job->entity->push(job);
  rig.simulation.run();
  CHECK(job->ready_at == Time(10ms));
}
