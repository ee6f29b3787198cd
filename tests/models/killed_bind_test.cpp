// What a killed client leaves in its VM_BIND queues: nothing, and nobody who waits for ever.
#include <catch2/catch.hpp>

#include "models/machine.hpp"
#include "models/vm/bind_queue.hpp"
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

/// One client with one buffer of 4 MiB, whose page tables take 8 KiB.
struct Rig {
  core::Simulation simulation;
  platform::SharedHardware hardware{simulation, {}};
  Machine machine{simulation, hardware, policies()};
  Gpu& gpu = machine.add_gpu({.name = "gpu0", .driver = "mock", .engines = {}}, policies());
  Client& client = machine.add_client("victim");
  Buffer& buffer = machine.add_buffer({.name = "b", .bytes = 4u << 20});
  BindQueue& binds = client.bind_queue(gpu);

  BindRequestPtr request() {
    auto made = core::make_intrusive<BindRequest>();
    made->buffer = &buffer;
    made->done = binds.new_fence();
    return made;
  }
  std::uint64_t used() { return machine.memory().system().used; }
};

constexpr std::uint64_t kTables = 8192;

Task<> bind_in_the_ioctl(Rig& rig) {
  co_await rig.binds.execute(rig.request(), {AllocRequest::Context::ioctl, &rig.client, nullptr});
}

}  // namespace

TEST_CASE("A synchronous bind that is killed half way leaks no page tables") {
  Rig rig;
  core::Process& thread =
      rig.simulation.spawn({"victim", core::ProcessRole::user_thread}, bind_in_the_ioctl(rig));
  rig.simulation.run(core::Time(core::Duration(1000)));  // the update takes longer
  REQUIRE(BindQueue::table_bytes(rig.buffer.bytes()) == kTables);
  REQUIRE(rig.used() == kTables);
  rig.simulation.cancel(thread);
  rig.binds.kill();
  CHECK(rig.used() == 0);
}

TEST_CASE("The page tables of a dead client's finished binds go with its address space") {
  Rig rig;
  rig.simulation.spawn({"victim", core::ProcessRole::user_thread}, bind_in_the_ioctl(rig));
  rig.simulation.run();
  REQUIRE(rig.binds.bound(rig.buffer));
  REQUIRE(rig.used() == kTables);
  rig.binds.kill();
  CHECK(rig.used() == 0);
  CHECK_FALSE(rig.binds.bound(rig.buffer));
}

TEST_CASE("Queued binds of a dead client end with -ESRCH, not before what they wait for") {
  Rig rig;
  const auto before = core::make_intrusive<core::DmaFence>(rig.simulation, nullptr, 77, 1);
  const BindRequestPtr first = rig.request(), second = rig.request();
  first->in.push_back({before});
  first->reserved = second->reserved = kTables;  // taken in the ioctl
  rig.machine.memory().system().book(2 * kTables);
  rig.binds.push(first);
  rig.binds.push(second);
  rig.simulation.run();
  rig.binds.kill();
  rig.simulation.run();
  CHECK_FALSE(first->done->is_signaled());
  CHECK_FALSE(second->done->is_signaled());
  before->signal();
  rig.simulation.run();
  CHECK(first->done->status() == core::fence_error::kSearch);
  CHECK(second->done->status() == core::fence_error::kSearch);
  CHECK(rig.used() == 0);
  CHECK_FALSE(rig.binds.bound(rig.buffer));
}
