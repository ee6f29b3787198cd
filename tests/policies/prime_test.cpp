// Sharing a buffer between devices: where its bytes go, and who waits for that.
#include "models/memory/prime.hpp"

#include <catch2/catch.hpp>

#include "models/machine.hpp"
#include "models/sync/sw_timeline.hpp"
#include "tests/policies/preset_policies.hpp"

using namespace fencelab::models;
using namespace fencelab::core;
using fencelab::tests::policies_of;

namespace {

constexpr std::uint64_t kBytes = 1 << 20;

struct TwoGpus {
  Simulation simulation;
  platform::SharedHardware hardware{simulation, {}};
  fencelab::policies::RunState state{simulation};
  Machine machine{simulation, hardware, policies_of("linux-implicit", state)};
  Gpu& exporter = machine.add_gpu({.name = "dgpu", .driver = "amdgpu", .engines = {}},
                                  policies_of("linux-implicit", state));
  Gpu& importer = machine.add_gpu({.name = "igpu", .driver = "i915", .engines = {}},
                                  policies_of("linux-implicit", state));
  MemoryPool& vram = machine.memory().add_vram(exporter, 16 * kBytes);
  Buffer& buffer = machine.add_buffer({.name = "b", .bytes = kBytes, .home = &exporter});
  SwTimeline work{simulation, "work"};
  bool imported = false;

  TwoGpus() {
    simulation.spawn({"setup", ProcessRole::user_thread}, fill(*this));
    simulation.run();
    REQUIRE(buffer.pool == &vram);
  }
  static Task<> fill(TwoGpus& self) {
    co_await self.machine.memory().place(self.buffer, {});
    self.buffer.content = true;
  }
  void attach(PrimeImport how) {
    how.importer = &importer;
    simulation.spawn({"importer", ProcessRole::user_thread}, run_import(*this, how));
    simulation.run(simulation.now() + 1ms);
  }
  static Task<> run_import(TwoGpus& self, PrimeImport how) {
    const Placement placed = co_await import_buffer(self.machine, self.buffer, how, nullptr);
    REQUIRE(placed == Placement::ok);
    self.imported = true;
  }
  bool has_kernel_fence() const { return !buffer.resv().test_signaled(Usage::kernel); }
};

}  // namespace

TEST_CASE("With peer-to-peer the buffer stays in the exporter's VRAM and nobody waits") {
  TwoGpus gpus;
  gpus.attach({.peer_to_peer = true});
  CHECK(gpus.imported);
  CHECK(gpus.buffer.pool == &gpus.vram);
  CHECK(gpus.buffer.resv().entries().empty());
}

TEST_CASE("Without it the buffer moves to system memory, as a KERNEL fence behind all work on it") {
  TwoGpus gpus;
  // A reader of before, under explicit sync: only BOOKKEEP knows of it. The move must not pass it.
  gpus.buffer.resv().add(gpus.work.fence_at(1), Usage::bookkeep);
  gpus.attach({});
  CHECK(gpus.imported);  // a dynamic importer does not wait; its jobs will
  CHECK(gpus.buffer.pool == &gpus.machine.memory().system());
  CHECK(gpus.vram.used == 0);
  CHECK(gpus.has_kernel_fence());
  gpus.work.advance_to(1);
  gpus.simulation.run();
  CHECK_FALSE(gpus.has_kernel_fence());
}

TEST_CASE("A buffer shared so is at home in system memory: its exporter does not take it back") {
  TwoGpus gpus;
  gpus.attach({});
  CHECK(gpus.machine.memory().at_home(gpus.buffer));
  CHECK_FALSE(gpus.buffer.pinned);
}

TEST_CASE("A static importer waits for KERNEL fences, not for others, and pins") {
  TwoGpus gpus;
  const bool kernel_fence = GENERATE(false, true);
  gpus.buffer.resv().add(gpus.work.fence_at(1), kernel_fence ? Usage::kernel : Usage::write);
  gpus.attach({.peer_to_peer = true, .is_static = true});
  CHECK(gpus.buffer.pinned);
  CHECK(gpus.imported == !kernel_fence);
  gpus.work.advance_to(1);
  gpus.simulation.run();
  CHECK(gpus.imported);
}

TEST_CASE("A static importer waits for the move that it has caused") {
  TwoGpus gpus;
  gpus.buffer.resv().add(gpus.work.fence_at(1), Usage::read);
  gpus.attach({.is_static = true});
  CHECK_FALSE(gpus.imported);
  CHECK(gpus.buffer.resv().lock().is_locked());  // dma_buf_map_attachment waits under the lock
  gpus.work.advance_to(1);
  gpus.simulation.run();
  CHECK(gpus.imported);
  CHECK_FALSE(gpus.buffer.resv().lock().is_locked());
}
