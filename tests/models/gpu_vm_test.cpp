// The address space: what it holds of page tables, how updates are ordered, and which list an
// evicted buffer is on (drivers/gpu/drm/drm_gpuvm.c; Documentation/gpu/drm-vm-bind-locking.rst).
#include "models/vm/gpu_vm.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "models/machine.hpp"
#include "models/sync/drm_exec.hpp"
#include "tests/models/mock_policies.hpp"

using namespace fencelab;
using namespace fencelab::models;
using core::Task;

namespace {

constexpr std::uint64_t kPage = 4096, kTable = 4096, kMiB = 1u << 20;
constexpr AllocRequest kIoctl{AllocRequest::Context::ioctl, nullptr, nullptr};

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

struct Rig {
  core::Simulation simulation;
  platform::SharedHardware hardware{simulation, {}};
  Machine machine{simulation, hardware, policies()};
  Gpu& gpu = machine.add_gpu({.name = "gpu0", .driver = "mock", .engines = {}}, policies());
  MemoryPool& vram = machine.memory().add_vram(gpu, 64 * kMiB);
  Client& client = machine.add_client("p");
  GpuVm& vm = client.gpu_vm(gpu);
  Buffer& first = machine.add_buffer({.name = "first", .bytes = 4 * kPage});
  Buffer& second = machine.add_buffer({.name = "second", .bytes = 4 * kPage});
  Buffer& own = machine.add_buffer({.name = "own", .bytes = 40 * kMiB, .home = &gpu});
  Buffer& shared = machine.add_buffer({.name = "shared", .bytes = 20 * kMiB, .home = &gpu});

  Rig() { own.share_reservation(vm.resv()); }
  BindRequestPtr request(BindQueue& queue, Buffer& buffer, std::uint64_t address,
                         BindRequest::Kind kind = BindRequest::Kind::bind) {
    auto made = core::make_intrusive<BindRequest>();
    made->buffer = &buffer;
    made->kind = kind;
    made->address = address;
    made->bytes = buffer.bytes();
    made->done = queue.new_fence();
    REQUIRE(vm.admit(*made) == 0);
    return made;
  }
  void run(Task<> body) {
    simulation.spawn({"test", core::ProcessRole::user_thread}, std::move(body));
    simulation.run();
  }
  void bind(Buffer& buffer, std::uint64_t address) {
    const BindRequestPtr made = request(vm.bind_queue(), buffer, address);
    run(vm.bind_queue().execute(made, kIoctl));
  }
  std::uint64_t system_used() { return machine.memory().system().used; }
};

Task<> reserve(Rig& rig, BindRequestPtr request, std::uint64_t tables) {
  co_await rig.vm.take_tables(request, tables, kIoctl);
}

Task<> place(Rig& rig, Buffer& buffer) {
  co_await rig.machine.memory().place(buffer, kIoctl);
  buffer.content = true;
}

Task<> evict(Rig& rig, Buffer& buffer) { co_await rig.machine.memory().evict(buffer, kIoctl); }

Task<> validate(Rig& rig, Placement& result) {
  DrmExec exec(rig.simulation, {});
  while (exec.until_all_locked()) {
    DrmExec::Locked locks;
    for (DmaResv* const resv : rig.vm.reservations()) locks.push_back(resv);
    co_await exec.prepare_all(locks, 1);
    if (exec.is_contended()) continue;
    result = co_await rig.vm.validate(
        {AllocRequest::Context::ioctl, &rig.client, &exec.ticket(), &exec});
  }
  exec.unlock_all();
}

}  // namespace

TEST_CASE("What a bind took for the worst case and did not need goes back with its fence") {
  Rig rig;
  rig.bind(rig.first, 0);
  REQUIRE(rig.vm.table_bytes_held() == 3 * kTable);
  BindQueue& queue = rig.vm.bind_queue();
  const BindRequestPtr next = rig.request(queue, rig.second, 16 * kPage);
  rig.run(reserve(rig, next, GpuVm::worst_case_tables(*next)));
  CHECK(rig.system_used() == 6 * kTable);
  queue.push(next);
  rig.simulation.run();
  CHECK(next->done->status() == 1);
  CHECK(rig.vm.table_bytes_held() == 3 * kTable);
  CHECK(rig.system_used() == 3 * kTable);
}

TEST_CASE("Unmapping gives back the tables that become empty, and only those") {
  Rig rig;
  rig.bind(rig.first, 0);
  rig.bind(rig.second, 2 * kMiB);
  REQUIRE(rig.system_used() == 4 * kTable);
  BindQueue& queue = rig.vm.bind_queue();
  rig.run(
      queue.execute(rig.request(queue, rig.second, 2 * kMiB, BindRequest::Kind::unbind), kIoctl));
  CHECK(rig.system_used() == 3 * kTable);
  CHECK_FALSE(rig.vm.bound(rig.second, 0, kPage));
  CHECK(rig.vm.bound(rig.first, 0, 4 * kPage));
  rig.run(queue.execute(rig.request(queue, rig.first, 0, BindRequest::Kind::unbind), kIoctl));
  CHECK(rig.system_used() == 0);
}

TEST_CASE("A planned update comes after those of other queues that touch what it touches") {
  Rig rig;
  BindQueue& one = rig.vm.bind_queue("one");
  BindQueue& two = rig.vm.bind_queue("two");
  const BindRequestPtr makes = rig.request(one, rig.first, 2 * kMiB);
  CHECK(rig.vm.missing_tables_when_planned(*makes) == 3);
  rig.vm.plan(*makes);
  const BindRequestPtr uses = rig.request(two, rig.second, 2 * kMiB + 64 * kPage);
  CHECK(rig.vm.missing_tables_when_planned(*uses) == 0);
  rig.vm.plan(*uses);
  REQUIRE(uses->in.size() == 1);
  CHECK(uses->in[0].fence == makes->done);
  // The next one shares no page and no table that comes or goes, but for the range of the first.
  const BindRequestPtr same_queue = rig.request(one, rig.second, 2 * kMiB + 128 * kPage);
  rig.vm.plan(*same_queue);
  CHECK(same_queue->in.empty());
}

TEST_CASE(
    "A private buffer that is evicted is on the list at once, an external one when it is locked") {
  Rig rig;
  rig.run(place(rig, rig.own));
  rig.run(place(rig, rig.shared));
  rig.bind(rig.own, 0);
  rig.bind(rig.shared, 64 * kMiB);
  REQUIRE(rig.vm.reservations().size() == 2);
  CHECK(rig.vm.bound(rig.own, 0, rig.own.bytes()));
  rig.run(evict(rig, rig.own));
  rig.run(evict(rig, rig.shared));
  CHECK_FALSE(rig.machine.memory().at_home(rig.shared));
  CHECK_FALSE(rig.vm.rebind_moved());  // nothing is back
  Placement placed = Placement::no_memory;
  rig.run(validate(rig, placed));
  CHECK(placed == Placement::ok);
  CHECK(rig.machine.memory().at_home(rig.own));
  CHECK(rig.machine.memory().at_home(rig.shared));
  CHECK_FALSE(rig.vm.bound(rig.own, 0, kPage));  // the entries still point to where it was
  const core::FencePtr repaired = rig.vm.rebind_moved();
  REQUIRE(repaired);
  CHECK_FALSE(rig.vm.rebind_moved());
  CHECK_FALSE(rig.vm.bound(rig.own, 0, kPage));
  rig.simulation.run();
  CHECK(repaired->status() == 1);
  CHECK(rig.vm.bound(rig.own, 0, rig.own.bytes()));
  CHECK(rig.vm.bound(rig.shared, 0, rig.shared.bytes()));
}

TEST_CASE("A buffer that is about to be mapped is locked, and gets fences, from the ioctl on") {
  Rig rig;
  BindQueue& queue = rig.vm.bind_queue();
  const auto before = core::make_intrusive<core::DmaFence>(rig.simulation, nullptr, 77, 1);
  const BindRequestPtr late = rig.request(queue, rig.shared, 0);
  late->in.push_back({before});
  queue.push(late);
  rig.simulation.run();
  REQUIRE_FALSE(late->done->is_signaled());
  CHECK(rig.vm.reservations() == std::vector{&rig.vm.resv(), &rig.shared.resv()});
  const auto job = core::make_intrusive<core::DmaFence>(rig.simulation, nullptr, 78, 1);
  rig.vm.publish(job);
  CHECK_FALSE(rig.shared.resv().test_signaled(Usage::bookkeep));
  CHECK(rig.shared.resv().test_signaled(Usage::read));
  CHECK_FALSE(rig.own.resv().test_signaled(Usage::bookkeep));  // it shares the address space's
}

TEST_CASE("What nothing maps any more is neither validated nor locked") {
  Rig rig;
  rig.run(place(rig, rig.shared));
  rig.bind(rig.shared, 0);
  rig.run(evict(rig, rig.shared));
  BindQueue& queue = rig.vm.bind_queue();
  rig.run(queue.execute(rig.request(queue, rig.shared, 0, BindRequest::Kind::unbind), kIoctl));
  CHECK(rig.vm.reservations().size() == 1);
  Placement placed = Placement::no_memory;
  rig.run(validate(rig, placed));
  CHECK(placed == Placement::ok);
  CHECK_FALSE(rig.machine.memory().at_home(rig.shared));
}

TEST_CASE("A bind that fails after its fence was published bans the address space") {
  Rig rig;
  rig.machine.memory().system().resize(2 * kTable);
  BindQueue& queue = rig.vm.bind_queue();
  const BindRequestPtr fails = rig.request(queue, rig.first, 0);
  const BindRequestPtr behind = rig.request(queue, rig.second, kMiB);
  queue.push(fails);
  queue.push(behind);
  rig.simulation.run();
  CHECK(fails->done->status() == core::fence_error::kNoMemory);
  CHECK(behind->done->status() == core::fence_error::kCanceled);
  CHECK(rig.vm.banned());
  auto late = core::make_intrusive<BindRequest>();
  late->buffer = &rig.first;
  CHECK(rig.vm.admit(*late) == core::fence_error::kNoEntry);
  CHECK(rig.system_used() == 0);
}

namespace {

/// What is left when all requests are carried out one after another.
void carry_out(VaMap& map, const BindRequest& request) {
  if (request.maps())
    map.apply(map.plan_map({*request.address, request.bytes, request.buffer, request.offset}));
  else
    map.apply(map.plan_unmap(*request.address, request.bytes));
}

Task<> ask_as_planned(Rig& rig, BindQueue& queue, BindRequestPtr request) {
  co_await rig.vm.take_tables(request, rig.vm.missing_tables_when_planned(*request), kIoctl);
  rig.vm.plan(*request);
  queue.push(request);
}

}  // namespace

TEST_CASE("Planned updates of three queues leave what they would leave one after another") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    Rig rig;
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    VaMap expected;
    std::vector<core::FencePtr> locks;
    for (int step = 0; step < 24; ++step) {
      BindQueue& queue = rig.vm.bind_queue(std::to_string(below(3)));
      Buffer& buffer = below(2) == 0 ? rig.first : rig.second;
      // Around the borders of tables of each level.
      const std::uint64_t border = below(3) * (512 * kMiB);
      const std::uint64_t address = border + below(3) * 2 * kMiB + below(6) * kPage;
      const auto kind = below(3) == 0 ? BindRequest::Kind::unbind : BindRequest::Kind::bind;
      const BindRequestPtr request = rig.request(queue, buffer, address, kind);
      request->bytes = (1 + below(kind == BindRequest::Kind::bind ? 4 : 600)) * kPage;
      locks.push_back(core::make_intrusive<core::DmaFence>(rig.simulation, nullptr, 90, step + 1));
      if (below(2) == 0) request->in.push_back({locks.back()});
      carry_out(expected, *request);
      rig.run(ask_as_planned(rig, queue, request));
    }
    const std::uint64_t peak = rig.machine.memory().system().peak;
    std::shuffle(locks.begin(), locks.end(), random);
    for (const core::FencePtr& lock : locks) {
      lock->signal();
      rig.simulation.run();
    }
    CHECK(rig.vm.mapped().mappings() == expected.mappings());
    PageTables tables;
    for (const auto& [address, mapping] : expected.mappings()) tables.add({address, mapping.end()});
    CHECK(rig.vm.tables().count() == tables.count());
    CHECK(rig.vm.table_bytes_held() == tables.count() * kTable);
    CHECK(rig.system_used() == tables.count() * kTable);
    CHECK(rig.machine.memory().system().peak == peak);  // nothing was taken at run
    CHECK_FALSE(rig.vm.banned());
  }
}
