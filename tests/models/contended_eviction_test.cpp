// An eviction that meets the reservation of an older transaction: M1 of TTM (ttm_bo_util.c,
// ttm_lru_walk_ticketlock()) and the wait for the busy object of i915 (eb_reserve()).
#include <catch2/catch.hpp>

#include "models/machine.hpp"
#include "models/sync/drm_exec.hpp"
#include "tests/models/mock_policies.hpp"

using namespace fencelab;
using namespace fencelab::models;
using core::Task;

namespace {

struct Evictable final : ResidencyPolicy {
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  Task<> before_suspend(UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
};

DriverPolicies policies() {
  DriverPolicies made;
  made.hang = std::make_unique<tests::MockHang>();
  made.reclaim = std::make_unique<tests::MockReclaim>(true);
  made.residency = std::make_unique<Evictable>();
  return made;
}

/// 64 MiB of VRAM with `old` in it, which somebody with a ticket holds; `wanted` does not fit
/// beside it.
struct Rig {
  core::Simulation simulation;
  platform::SharedHardware hardware{simulation, {}};
  Machine machine{simulation, hardware, policies()};
  Gpu& gpu = machine.add_gpu({.name = "gpu0", .driver = "mock", .engines = {}}, policies());
  MemoryPool& vram = machine.memory().add_vram(gpu, 64u << 20);
  Client& client = machine.add_client("p");
  Buffer& old = machine.add_buffer({.name = "old", .bytes = 40u << 20, .home = &gpu});
  Buffer& small = machine.add_buffer({.name = "small", .bytes = 4u << 20, .home = &gpu});
  Buffer& wanted = machine.add_buffer({.name = "wanted", .bytes = 40u << 20, .home = &gpu});
  core::WwContext holder;
  core::FencePtr let_go = core::make_intrusive<core::DmaFence>(simulation, nullptr, 77, 1);
  int rounds = 0;
  Placement last = Placement::no_memory;

  core::Process& start(Task<> body) {
    core::Process& process =
        simulation.spawn({"p", core::ProcessRole::user_thread, true}, std::move(body));
    simulation.run();
    return process;
  }
};

Task<> hold_old(Rig& rig) {
  co_await rig.machine.memory().place(rig.old, {});
  rig.old.content = true;
  co_await rig.old.resv().lock().lock(&rig.holder);
  co_await rig.let_go->wait();
  rig.old.resv().lock().unlock();
}

Task<> place_wanted(Rig& rig) {
  DrmExec exec(rig.simulation, {});
  const DrmExec::Locked both{&rig.small.resv(), &rig.wanted.resv()};
  while (exec.until_all_locked()) {
    ++rig.rounds;
    co_await exec.prepare_all(both, 1);
    if (exec.is_contended()) continue;
    rig.last = co_await rig.machine.memory().place(
        rig.wanted, {AllocRequest::Context::ioctl, &rig.client, &exec.ticket(), &exec});
  }
  exec.unlock_all();
}

}  // namespace

TEST_CASE("An eviction that met an older transaction drops everything and waits for its lock") {
  Rig rig;
  rig.holder.ticket = rig.simulation.new_ticket();
  rig.start(hold_old(rig));
  const core::Process& younger = rig.start(place_wanted(rig));
  CHECK(rig.rounds == 2);
  CHECK(younger.held.empty());
  REQUIRE(younger.wait.count == 1);
  CHECK(younger.wait.links[0].object == &rig.old.resv().lock());
  rig.let_go->signal();
  rig.simulation.run();
  // One more round was enough: the buffer is taken under the lock that was waited for.
  CHECK(rig.rounds == 2);
  CHECK(rig.last == Placement::ok);
  CHECK(rig.wanted.pool == &rig.vram);
  CHECK(rig.old.pool == &rig.machine.memory().system());
  for (Buffer* buffer : {&rig.old, &rig.small, &rig.wanted})
    CHECK_FALSE(buffer->resv().lock().is_locked());
}

TEST_CASE("An eviction on behalf of the older transaction waits with its locks in hand") {
  Rig rig;
  rig.holder.ticket = ~std::uint64_t{0};  // younger than anybody
  rig.start(hold_old(rig));
  const core::Process& older = rig.start(place_wanted(rig));
  CHECK(rig.rounds == 1);
  CHECK(older.held.size() == 2);
  rig.let_go->signal();
  rig.simulation.run();
  CHECK(rig.rounds == 1);
  CHECK(rig.last == Placement::ok);
  CHECK(rig.wanted.pool == &rig.vram);
  CHECK_FALSE(rig.old.resv().lock().is_locked());
}
