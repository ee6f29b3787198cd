// What a killed client leaves in its VM_BIND queues: nothing, and nobody who waits for ever.
#include <catch2/catch.hpp>

#include "models/machine.hpp"
#include "models/vm/gpu_vm.hpp"
#include "tests/models/mock_policies.hpp"

using namespace fencelab;
using namespace fencelab::models;
using core::Task;

namespace {

DriverPolicies policies() {
  DriverPolicies made;
  made.hang = std::make_unique<tests::MockHang>();
  made.reclaim = std::make_unique<tests::MockReclaim>(false);
  return made;
}

/// One client with one buffer of 4 MiB: two page tables, and one on each of the levels above.
struct Rig {
  core::Simulation simulation;
  platform::SharedHardware hardware{simulation, {}};
  Machine machine{simulation, hardware, policies()};
  Gpu& gpu = machine.add_gpu({.name = "gpu0", .driver = "mock", .engines = {}}, policies());
  Client& client = machine.add_client("victim");
  Buffer& buffer = machine.add_buffer({.name = "b", .bytes = 4u << 20});
  GpuVm& vm = client.gpu_vm(gpu);
  BindQueue& binds = vm.bind_queue();

  BindRequestPtr request() {
    auto made = core::make_intrusive<BindRequest>();
    made->buffer = &buffer;
    made->bytes = buffer.bytes();
    made->done = binds.new_fence();
    REQUIRE(vm.admit(*made) == 0);
    return made;
  }
  std::uint64_t used() { return machine.memory().system().used; }
};

constexpr std::uint64_t kTables = 4 * 4096;

Task<> bind_in_the_ioctl(Rig& rig) {
  co_await rig.binds.execute(rig.request(), {AllocRequest::Context::ioctl, &rig.client, nullptr});
}

Task<> queue_both(Rig& rig, BindRequestPtr first, BindRequestPtr second) {
  constexpr AllocRequest kIoctl{AllocRequest::Context::ioctl, nullptr, nullptr};
  for (const BindRequestPtr& each : {first, second}) {
    co_await rig.vm.take_tables(each, 4, kIoctl);
    rig.binds.push(each);
  }
}

}  // namespace

TEST_CASE("A synchronous bind that is killed half way leaks no page tables") {
  Rig rig;
  core::Process& thread =
      rig.simulation.spawn({"victim", core::ProcessRole::user_thread}, bind_in_the_ioctl(rig));
  rig.simulation.run(core::Time(core::Duration(1000)));  // the update takes longer
  REQUIRE(rig.used() == kTables);
  rig.simulation.cancel(thread);
  rig.vm.kill();
  CHECK(rig.used() == 0);
}

TEST_CASE("The page tables of a dead client's finished binds go with its address space") {
  Rig rig;
  rig.simulation.spawn({"victim", core::ProcessRole::user_thread}, bind_in_the_ioctl(rig));
  rig.simulation.run();
  REQUIRE(rig.vm.bound(rig.buffer, 0, rig.buffer.bytes()));
  REQUIRE(rig.used() == kTables);
  rig.vm.kill();
  CHECK(rig.used() == 0);
  CHECK_FALSE(rig.vm.bound(rig.buffer, 0, rig.buffer.bytes()));
}

TEST_CASE("Queued binds of a dead client end with -ESRCH, not before what they wait for") {
  Rig rig;
  const auto before = core::make_intrusive<core::DmaFence>(rig.simulation, nullptr, 77, 1);
  const BindRequestPtr first = rig.request(), second = rig.request();
  first->in.push_back({before});
  rig.simulation.spawn({"victim", core::ProcessRole::user_thread}, queue_both(rig, first, second));
  rig.simulation.run();
  REQUIRE(rig.used() == 2 * kTables);
  rig.vm.kill();
  rig.simulation.run();
  CHECK_FALSE(first->done->is_signaled());
  CHECK_FALSE(second->done->is_signaled());
  before->signal();
  rig.simulation.run();
  CHECK(first->done->status() == core::fence_error::kSearch);
  CHECK(second->done->status() == core::fence_error::kSearch);
  CHECK(rig.used() == 0);
  CHECK_FALSE(rig.vm.bound(rig.buffer, 0, rig.buffer.bytes()));
}
