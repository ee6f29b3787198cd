// models/sync tells an explorer the truth about what its steps touch: random programs over
// reservations, sync files and syncobjs pass the paranoid check, and small ones have the outcomes
// that they must have in all schedules.
#include <catch2/catch.hpp>

#include "analysis/explore/paranoid.hpp"
#include "analysis/explore/prove.hpp"
#include "core/random.hpp"
#include "models/sync/dma_buf.hpp"
#include "models/sync/fence_merge.hpp"
#include "models/sync/sw_timeline.hpp"
#include "models/sync/syncobj_wait.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::models;
using core::Task;

namespace {

constexpr std::size_t kProcesses = 3;

/// What the programs share.
struct SyncWorld final : SubjectRun {
  explicit SyncWorld(core::Simulation& sim) : simulation(sim), resv(sim), buffer(resv) {
    for (std::size_t i = 0; i < 2; ++i) syncobjs.push_back(Syncobj::make(sim));
    for (std::size_t i = 0; i < kProcesses; ++i)
      timelines.push_back(std::make_unique<SwTimeline>(sim, "t" + std::to_string(i)));
  }
  core::Simulation& simulation;
  DmaResv resv;
  DmaBuf buffer;
  std::vector<SyncobjPtr> syncobjs;
  std::vector<std::unique_ptr<SwTimeline>> timelines;
};

/// `start` fills a world with processes.
class SyncSubject final : public Subject {
 public:
  explicit SyncSubject(std::function<void(SyncWorld&)> start) : start_(std::move(start)) {}
  std::unique_ptr<SubjectRun> start(core::Simulation& simulation) override {
    auto world = std::make_unique<SyncWorld>(simulation);
    start_(*world);
    return world;
  }

 private:
  std::function<void(SyncWorld&)> start_;
};

constexpr int kOperations = 12;

Task<> operate(SyncWorld& world, std::size_t me, int what, std::uint64_t detail) {
  SwTimeline& own = *world.timelines[me];
  const core::FencePtr fence = own.fence_at(own.value() + 1);
  const SyncobjPtr& syncobj = world.syncobjs[detail & 1];
  const DmaBufAccess access{.read = (detail & 2) == 0, .write = (detail & 2) != 0};
  const core::Time now = world.simulation.now();
  switch (what) {
    case 0: world.resv.add(fence, static_cast<Usage>(detail & 3)); break;
    case 1: world.resv.replace(own.context(), fence, static_cast<Usage>(detail & 3)); break;
    case 2: world.buffer.poll(access); break;
    case 3: world.buffer.import_sync_file(access, *world.buffer.export_sync_file(access)); break;
    case 4: syncobj->import_sync_file(*world.buffer.export_sync_file(access)); break;
    case 5: syncobj->add_point(fence, 1 + (detail >> 2 & 3)); break;
    case 6: syncobj->reset(); break;
    case 7: syncobj->last_signaled(); break;
    case 8: {
      const SyncobjPoint to{world.syncobjs[detail >> 1 & 1], detail >> 2 & 1}, from{syncobj, 0};
      co_await transfer_point(to, from, false);
      break;
    }
    case 9: own.advance_to(own.value() + 1, (detail & 4) != 0 ? -5 : 0); break;
    case 10: {
      // Out of the await: g++ 12 stumbles over braces inside one.
      std::vector<SyncobjPoint> both;
      for (const SyncobjPtr& each : world.syncobjs) both.push_back({each});
      const SyncobjWaitFlags flags{.all = (detail & 2) != 0, .submit = true};
      co_await wait_for_syncobjs(world.simulation, std::move(both), SyncobjWaitKind::binary, flags,
                                 now);
      break;
    }
    default: {
      std::vector<core::FencePtr> both{fence, world.timelines[0]->fence_at(1)};
      SyncFile(merge_fences(world.simulation, both)).poll();
    }
  }
}

Task<> program(SyncWorld& world, std::size_t me, std::uint64_t seed) {
  const core::Random random(seed);
  for (std::uint64_t step = 0; step < 3; ++step) {
    co_await core::point(world.simulation);
    const auto what = static_cast<int>(random.uniform({1, me, step}, 0, kOperations - 1));
    co_await operate(world, me, what, random.bits({2, me, step}));
  }
}

}  // namespace

TEST_CASE("Random programs over reservations, files and syncobjs pass the paranoid check") {
  std::uint64_t diamonds = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SyncSubject subject([seed](SyncWorld& world) {
      for (std::size_t me = 0; me < kProcesses; ++me)
        world.simulation.spawn({"p" + std::to_string(me)}, program(world, me, seed));
    });
    const ParanoidReport report =
        check_paranoid(subject, {}, {.walks = 6, .states = 4, .pairs = 6, .continuation = 60});
    INFO("seed " << seed << ": " << (report.ok() ? "" : report.violations.front()));
    CHECK(report.ok());
    diamonds += report.diamonds;
  }
  CHECK(diamonds > 1'000);
}

namespace {

Task<> submit_and_signal(SyncWorld& world) {
  co_await core::point(world.simulation);
  world.syncobjs[0]->add_point(world.timelines[0]->fence_at(1), 1);
  co_await core::point(world.simulation);
  world.timelines[0]->advance_to(1);
}

Task<> reset(SyncWorld& world) {
  co_await core::point(world.simulation);
  world.syncobjs[0]->reset();
}

Task<> wait_for_point(SyncWorld& world) {
  std::vector<SyncobjPoint> points{{world.syncobjs[0], 1}};
  const SyncobjWaitFlags flags{.submit = true};
  co_await wait_for_syncobjs(world.simulation, std::move(points), SyncobjWaitKind::timeline, flags,
                             core::kNever);
}

}  // namespace

TEST_CASE("A wait for submission ends in every schedule, or can miss a point that is reset") {
  SyncSubject without([](SyncWorld& world) {
    world.simulation.spawn({"submitter"}, submit_and_signal(world));
    world.simulation.spawn({"waiter"}, wait_for_point(world));
  });
  CHECK(prove(without, {}).outcome == ProofOutcome::free);
  // Submit, reset, wait: nothing is left to wait for, and nobody will submit again.
  SyncSubject with([](SyncWorld& world) {
    world.simulation.spawn({"submitter"}, submit_and_signal(world));
    world.simulation.spawn({"resetter"}, reset(world));
    world.simulation.spawn({"waiter"}, wait_for_point(world));
  });
  CHECK(prove(with, {}).outcome == ProofOutcome::dead);
}
