// Rows T96 to T110: where a memory manager puts buffers, what it moves for that, and what it does
// when there is no room (drivers/gpu/drm/ttm/tests/ttm_bo_validate_test.c). Sizes are in MiB.
#include "models/machine.hpp"
#include "tests/conformance/rows.hpp"
#include "tests/models/mock_policies.hpp"

using namespace fencelab::rows;
using namespace fencelab::models;
using fencelab::core::FencePtr;
using fencelab::core::Task;

namespace {

constexpr std::uint64_t kMiB = 1u << 20;

struct Residency final : ResidencyPolicy {
  MoveRules rules;
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  Task<> before_suspend(UserVm&) override { co_return; }
  Duration restore_delay() const override { return {}; }
  const MoveRules& moves() const override { return rules; }
};

DriverPolicies policies() {
  DriverPolicies made;
  made.hang = std::make_unique<fencelab::tests::MockHang>();
  made.reclaim = std::make_unique<fencelab::tests::MockReclaim>(true);
  made.residency = std::make_unique<Residency>();
  return made;
}

struct Failing final : AllocationFaults {
  bool fails(const AllocRequest&) override { return true; }
};

const std::vector<PlacementRule> kVram{{Domain::vram}};
const std::vector<PlacementRule> kGtt{{Domain::gtt}};
const std::vector<PlacementRule> kVramThenGtt{{Domain::vram}, {Domain::gtt}};

/// A GPU with 64 MiB of VRAM that reaches 32 MiB of system memory.
struct MemoryRig : Rig {
  platform::SharedHardware hardware{simulation, {}};
  Machine machine{simulation, hardware, policies()};
  Gpu& gpu = machine.add_gpu({.name = "gpu0", .driver = "mock", .engines = {}}, policies());
  MemoryPool& vram = machine.memory().add_vram(gpu, 64 * kMiB);
  MemoryPool& gtt = machine.memory().add_gtt(gpu, 32 * kMiB);
  Memory& memory = machine.memory();
  MemoryPool& system = machine.memory().system();
  std::uint64_t moved = 0;
  Client* asks = nullptr;  ///< whose allocations these are

  Buffer& buffer(std::uint64_t mib, std::vector<PlacementRule> places = kVram) {
    return machine.add_buffer({.name = "b" + std::to_string(machine.buffers().size()),
                               .bytes = mib * kMiB,
                               .home = &gpu,
                               .places = std::move(places)});
  }
  /// ttm_bo_validate(): what it returns; `moved` is what it moved.
  Placement validate(Buffer& wanted, bool no_wait = false) {
    moved = 0;
    return run(locked(wanted, no_wait));
  }
  /// A buffer with content where its list says.
  Buffer& there(std::uint64_t mib, std::vector<PlacementRule> places = kVram) {
    Buffer& made = buffer(mib, std::move(places));
    REQUIRE(validate(made) == Placement::ok);
    made.content = true;
    return made;
  }
  bool evict(Buffer& victim) { return run(memory.evict(victim, {})); }
  /// A fence of somebody who uses it.
  void use(Buffer& used, const FencePtr& fence) { used.resv().add(fence, Usage::bookkeep); }
  void run_on() {
    while (simulation.run_instant()) {
    }
  }

 private:
  Task<Placement> locked(Buffer& wanted, bool no_wait) {
    const bool got = wanted.resv().lock().try_lock();
    REQUIRE(got);
    AllocRequest request;
    request.client = asks;
    request.no_wait_gpu = no_wait;
    request.moved = &moved;
    const Placement placed = co_await memory.place(wanted, request);
    wanted.resv().lock().unlock();
    co_return placed;
  }
};

}  // namespace

TEST_CASE("T96: a buffer in system memory that belongs in VRAM is moved there, all of it") {
  MemoryRig rig;
  Buffer& buffer = rig.there(16);
  REQUIRE(rig.evict(buffer));
  REQUIRE(buffer.pool == &rig.system);
  CHECK(rig.validate(buffer) == Placement::ok);
  CHECK(rig.moved == 16 * kMiB);
  CHECK(buffer.pool == &rig.vram);
}

TEST_CASE("T97: a buffer that is where it belongs is not moved") {
  MemoryRig rig;
  Buffer& buffer = rig.there(16);
  CHECK(rig.validate(buffer) == Placement::ok);
  CHECK(rig.moved == 0);
}

TEST_CASE("T98: a place that there is not, or an allocation that fails, is -ENOMEM") {
  MemoryRig rig;
  Gpu& integrated =
      rig.machine.add_gpu({.name = "gpu1", .driver = "mock", .engines = {}}, policies());
  Buffer& nowhere = rig.machine.add_buffer(
      {.name = "nowhere", .bytes = kMiB, .home = &integrated, .places = kVram});
  CHECK(rig.validate(nowhere) == Placement::no_memory);
  CHECK(nowhere.pool == nullptr);
  Failing faults;
  rig.memory.inject(faults);
  CHECK(rig.validate(rig.buffer(16)) == Placement::no_memory);
}

TEST_CASE("T99: a buffer pinned where it may not stay is -EINVAL") {
  MemoryRig rig;
  Buffer& buffer = rig.there(16);
  buffer.pinned = buffer.system_only = true;
  CHECK(rig.validate(buffer) == Placement::invalid);
  CHECK(buffer.pool == &rig.vram);
}

TEST_CASE("T100: if the first place is full and the second has room, it is the second") {
  MemoryRig rig;
  Buffer& busy = rig.there(64);
  rig.use(busy, rig.a.fence_at(1));
  Buffer& buffer = rig.buffer(16, kVramThenGtt);
  CHECK(rig.validate(buffer) == Placement::ok);
  CHECK(buffer.aperture == &rig.gtt);
  CHECK(busy.pool == &rig.vram);
}

TEST_CASE("T101: a move that takes a hop moves twice the size") {
  MemoryRig rig;
  rig.vram.evicts_to_system = true;
  Buffer& buffer = rig.there(16);
  REQUIRE(rig.evict(buffer));
  REQUIRE(buffer.aperture == nullptr);
  CHECK(rig.validate(buffer) == Placement::ok);
  CHECK(rig.moved == 2 * 16 * kMiB);
}

TEST_CASE("T102: without any place the content goes, and the memory with it or after its users") {
  MemoryRig rig;
  Buffer& idle = rig.there(16);
  rig.memory.discard(idle);
  CHECK_FALSE(idle.content);
  CHECK(rig.vram.used == 0);
  Buffer& busy = rig.there(16);
  rig.use(busy, rig.a.fence_at(1));
  rig.run(std::invoke(
      [](Memory& memory, Buffer& buffer) -> Task<int> {
        memory.discard(buffer);
        co_return 0;
      },
      rig.memory, busy));
  CHECK(busy.pool == nullptr);
  CHECK(rig.vram.used == 16 * kMiB);  // a ghost's
  rig.a.advance_to(1);
  rig.run_on();
  CHECK(rig.vram.used == 0);
}

TEST_CASE("T103: a move fence of the pool that is done keeps nobody waiting") {
  MemoryRig rig;
  const FencePtr move = rig.a.fence_at(1);
  REQUIRE(rig.vram.remember_move(move));
  rig.a.advance_to(1);
  Buffer& buffer = rig.buffer(16, kVramThenGtt);
  CHECK(rig.validate(buffer, true) == Placement::ok);
  CHECK(buffer.pool == &rig.vram);
  CHECK(buffer.resv().test_signaled(Usage::kernel));
}

TEST_CASE("T104: a pending move fence becomes the next owner's, or sends it to another place") {
  MemoryRig rig;
  const FencePtr move = rig.a.fence_at(1);
  REQUIRE(rig.vram.remember_move(move));
  Buffer& waits = rig.buffer(16, kVramThenGtt);
  CHECK(rig.validate(waits) == Placement::ok);
  CHECK(waits.pool == &rig.vram);
  CHECK_FALSE(waits.resv().test_signaled(Usage::kernel));
  Buffer& cannot = rig.buffer(16, kVramThenGtt);
  CHECK(rig.validate(cannot, true) == Placement::ok);
  CHECK(cannot.aperture == &rig.gtt);
  CHECK(cannot.resv().test_signaled(Usage::kernel));
  rig.a.advance_to(1);
  CHECK(waits.resv().test_signaled(Usage::kernel));
}

TEST_CASE("T105: of three buffers only the oldest is evicted if its place is enough") {
  MemoryRig rig;
  rig.vram.evicts_to_system = true;  // one hop away
  Buffer& small = rig.there(8);
  Buffer& medium = rig.there(16);
  Buffer& big = rig.there(40);
  Buffer& wanted = rig.buffer(8);
  CHECK(rig.validate(wanted) == Placement::ok);
  CHECK(rig.moved == (2 * 8 + 8) * kMiB);
  CHECK(small.pool == &rig.system);
  CHECK(small.content);
  CHECK(medium.pool == &rig.vram);
  CHECK(big.pool == &rig.vram);
}

TEST_CASE("T106: a pool full of pinned buffers has no room for another one") {
  MemoryRig rig;
  for (int i = 0; i < 4; ++i) rig.there(16).pinned = true;
  Buffer& wanted = rig.buffer(16);
  CHECK(rig.validate(wanted) == Placement::no_memory);
  CHECK(wanted.pool == nullptr);
}

TEST_CASE("T107: beside a pinned buffer the evictable one goes") {
  MemoryRig rig;
  rig.vram.evicts_to_system = true;
  Buffer& pinned = rig.there(32);
  pinned.pinned = true;
  Buffer& evictable = rig.there(32);
  Buffer& wanted = rig.buffer(32);
  CHECK(rig.validate(wanted) == Placement::ok);
  CHECK(rig.moved == (2 * 32 + 32) * kMiB);
  CHECK(pinned.pool == &rig.vram);
  CHECK(evictable.pool == &rig.system);
  CHECK(wanted.pool == &rig.vram);
}

TEST_CASE("T108: the memory of a deleted buffer goes to the first who needs it") {
  MemoryRig rig;
  Buffer& deleted = rig.there(64);
  rig.use(deleted, rig.a.fence_at(1));
  rig.run(std::invoke(
      [](Memory& memory, Buffer& buffer) -> Task<int> {
        memory.release(buffer);
        co_return 0;
      },
      rig.memory, deleted));
  CHECK(deleted.deleted);
  CHECK(rig.vram.used == 64 * kMiB);
  rig.a.advance_to(1);
  CHECK(rig.validate(rig.buffer(8)) == Placement::ok);
  CHECK(rig.vram.used == 8 * kMiB);
  CHECK(deleted.pool == nullptr);
}

TEST_CASE("T109: if victims have nowhere to go they stay, and the new buffer gets nothing") {
  MemoryRig rig;
  rig.there(32, kGtt).pinned = true;
  Buffer& old = rig.there(64);
  Buffer& wanted = rig.buffer(16);
  CHECK(rig.validate(wanted) == Placement::no_memory);
  CHECK(old.pool == &rig.vram);
  CHECK(old.content);
  CHECK(wanted.pool == nullptr);
}

TEST_CASE("T110: a chain of full pools is evicted from the far end") {
  MemoryRig rig;
  rig.system.resize(64 * kMiB);
  Buffer& empty = rig.machine.add_buffer({.name = "empty", .bytes = 16 * kMiB});
  REQUIRE(rig.validate(empty) == Placement::ok);
  Buffer& bound = rig.there(32, kGtt);
  Buffer& pinned = rig.machine.add_buffer({.name = "pinned", .bytes = 16 * kMiB});
  REQUIRE(rig.validate(pinned) == Placement::ok);
  pinned.pinned = true;
  Buffer& old = rig.there(16);
  rig.there(48).pinned = true;
  Buffer& wanted = rig.buffer(16);
  CHECK(rig.validate(wanted) == Placement::ok);
  CHECK(wanted.pool == &rig.vram);
  CHECK(old.aperture == &rig.gtt);   // out of VRAM, into the aperture ...
  CHECK(bound.aperture == nullptr);  // ... out of which this had to go ...
  CHECK(bound.pool == &rig.system);
  CHECK(empty.pool == nullptr);  // ... and in system memory this one, which held nothing
}

TEST_CASE("A fallback place is left once another one has room") {
  MemoryRig rig;
  Buffer& pinned = rig.there(64);
  pinned.pinned = true;
  Buffer& buffer = rig.there(16, {{Domain::vram}, {Domain::gtt, PlacementUse::fallback}});
  CHECK(buffer.aperture == &rig.gtt);
  CHECK(rig.validate(buffer) == Placement::ok);  // it can do with that
  CHECK(rig.moved == 0);
  rig.memory.free(pinned);
  CHECK(rig.validate(buffer) == Placement::ok);
  CHECK(buffer.pool == &rig.vram);
  CHECK(rig.moved == 16 * kMiB);
}

TEST_CASE("Nobody is evicted for a desired place") {
  MemoryRig rig;
  Buffer& old = rig.there(64);
  Buffer& buffer = rig.there(16, {{Domain::vram, PlacementUse::desired}, {Domain::gtt}});
  CHECK(buffer.aperture == &rig.gtt);
  CHECK(old.pool == &rig.vram);
}

TEST_CASE("Buffers of lower priority are evicted first, whatever their age") {
  MemoryRig rig;
  Buffer& precious = rig.machine.add_buffer(
      {.name = "precious", .bytes = 32 * kMiB, .home = &rig.gpu, .priority = 2});
  REQUIRE(rig.validate(precious) == Placement::ok);
  precious.content = true;
  Buffer& younger = rig.there(32);
  CHECK(rig.validate(rig.buffer(16)) == Placement::ok);
  CHECK(precious.pool == &rig.vram);
  CHECK(younger.aperture == &rig.gtt);
}

TEST_CASE("Beyond its limit a process takes from itself, and fails if that is no use") {
  MemoryRig rig;
  Client& limited = rig.machine.add_client("limited");
  rig.vram.limit(limited.index(), {.max = 24 * kMiB});
  Buffer& others = rig.there(16);
  rig.asks = &limited;
  Buffer& own = rig.there(16);
  CHECK(rig.validate(rig.buffer(16)) == Placement::ok);
  CHECK(others.pool == &rig.vram);
  CHECK(own.aperture == &rig.gtt);
  CHECK(rig.vram.group_of(&limited)->used() == 16 * kMiB);
  CHECK(rig.validate(rig.buffer(32)) == Placement::no_memory);  // 16 MiB are free
}

TEST_CASE("What is within low is taken last, what is within min never") {
  MemoryRig rig;
  Client& kept = rig.machine.add_client("kept");
  Client& better_kept = rig.machine.add_client("better kept");
  rig.vram.limit(kept.index(), {.low = 16 * kMiB});
  rig.vram.limit(better_kept.index(), {.min = 16 * kMiB});
  rig.asks = &better_kept;
  Buffer& min = rig.there(16);
  rig.asks = &kept;
  Buffer& low = rig.there(16);
  rig.asks = nullptr;
  Buffer& common = rig.there(32);
  CHECK(rig.validate(rig.buffer(32)) == Placement::ok);
  CHECK(common.aperture == &rig.gtt);
  CHECK(low.pool == &rig.vram);
  rig.memory.free(common);
  CHECK(rig.validate(rig.buffer(48)) == Placement::ok);  // the other 32 MiB, and low's
  CHECK(low.aperture == &rig.gtt);
  CHECK(min.pool == &rig.vram);
}
