// Rows T140 to T150: amdgpu's owner rules, its eviction fences and its user queues (all from
// reading drivers/gpu/drm/amd).
#include "models/sync/amdgpu_sync.hpp"
#include "models/sync/amdgpu_userq.hpp"
#include "tests/campaign/behaviour/small_run.hpp"
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;
using fencelab::tests::kMs;
using fencelab::tests::number;
using fencelab::tests::process;
using fencelab::tests::run_small;

namespace {

using Run = fencelab::campaign::RunRecord;

const std::string kBuffer = R"("buffers": [{"name": "b", "size": "8 MiB"}],)";
const std::string kAmdgpu =
    R"("preset": "amdgpu-implicit", "axes": {"submission": {"ioctl_cost": "0 ns"}})";

std::string job(const std::string& duration, const std::string& accesses) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration + "\", " + accesses +
         R"(}}, {"wait": {"ops": ["j"]}})";
}

std::string writer(const std::string& name, const std::string& engine, const std::string& start,
                   const std::string& more = "") {
  return process(name, R"("engine": ")" + engine + "\"", job("4 ms", R"("writes": ["b"])" + more),
                 start);
}

const std::string kExplicitFlag = R"(, "declares": {"writes": [{"buffer": "b", "stall": "none"}]})";

Run run(const std::string& processes) {
  return run_small({.gpu = R"("driver": "amdgpu")",
                    .resources = kBuffer,
                    .processes = processes,
                    .stack = kAmdgpu,
                    .links = {}});
}

/// A write of 4 ms on another GPU of `driver`; then an amdgpu job on a buffer with the
/// explicit-sync flag.
Run after_foreign_writer(const std::string& driver) {
  return run_small({.gpu = R"("driver": "amdgpu"}, {"name": "gpu1", "driver": ")" + driver +
                           R"(", "engines": ["other0"])",
                    .resources = kBuffer,
                    .processes = process("foreign", R"("gpu": "gpu1", "engine": "other0")",
                                         job("4 ms", R"("writes": ["b"])")) +
                                 "," + writer("ours", "rcs0", "1 ms", kExplicitFlag),
                    .stack = kAmdgpu + R"(, "gpus": {"gpu1": {"sync": "implicit"}})",
                    .links = {}});
}

/// Counts how often somebody asked for the fence.
struct Arming final : FenceProducer {
  int times = 0;
  bool enable_signaling(DmaFence&) override {
    ++times;
    return true;
  }
  bool cares_about_arming() const override { return true; }
  GateIndex describe_release(WaitGraphBuilder&, const DmaFence&) const override { return {}; }
  std::string describe(const DmaFence&) const override { return "eviction"; }
};

FencePtr eviction_fence(Rig& rig) {
  return make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1);
}

/// Runs until this long after the beginning.
void run_to(Rig& rig, Duration since) {
  rig.simulation.run(Time(since));
  rig.simulation.advance_to(Time(since));
}

std::vector<const UserqFences*> all(const UserqFences& one, const UserqFences& two) {
  return {&one, &two};
}

}  // namespace

TEST_CASE("T140: submissions of one VM skip each other's fences, those of another VM do not") {
  const Run other = run(writer("one", "rcs0", "0 s") + "," + writer("two", "ccs0", "1 ms"));
  CHECK(number(other, "makespan_ns") == 8 * kMs);
  const Run own = run(
      R"({"name": "p", "contexts": [{"name": "v", "engine": "rcs0"}, {"name": "w", "engine": "ccs0"}],
          "threads": [{"name": "main", "program": [
            {"id": "i", "submit": {"context": "v", "duration": "4 ms", "writes": ["b"]}},
            {"id": "j", "submit": {"context": "w", "duration": "4 ms", "writes": ["b"]}},
            {"wait": {"ops": ["i", "j"]}}]}]})");
  CHECK(number(own, "makespan_ns") == 4 * kMs);
}

TEST_CASE("T141: on a buffer with the explicit-sync flag other VMs' fences are skipped, too") {
  const Run both =
      run(writer("one", "rcs0", "0 s") + "," + writer("two", "ccs0", "1 ms", kExplicitFlag));
  CHECK(number(both, "makespan_ns") == 5 * kMs);
}

TEST_CASE("T142: a fence that says nothing of an owner is waited for whatever the flag") {
  // Fences of i915, virtio and vmwgfx are no scheduler's; panfrost and nouveau pass no owner. v3d's
  // owner is not ours, nor is imagination's, which is the same for all its processes.
  for (const char* driver :
       {"i915", "virtio_gpu", "vmwgfx", "panfrost", "nouveau", "nobody-knows"}) {
    INFO(driver);
    CHECK(number(after_foreign_writer(driver), "makespan_ns") == 8 * kMs);
  }
  for (const char* driver : {"v3d", "msm", "imagination", "panthor"}) {
    INFO(driver);
    CHECK(number(after_foreign_writer(driver), "makespan_ns") == 5 * kMs);
  }
}

TEST_CASE(
    "T143: a submission neither waits for a KFD eviction fence nor arms it, a move does both") {
  using Caller = AmdgpuCaller::Kind;
  const FenceOwner eviction{FenceOwner::Kind::kfd_eviction, nullptr, nullptr};
  for (const auto mode : {AmdgpuSyncMode::always, AmdgpuSyncMode::ne_owner}) {
    CHECK_FALSE(amdgpu_waits_for(mode, {.kind = Caller::process}, eviction));
    CHECK_FALSE(amdgpu_waits_for(mode, {.kind = Caller::kfd}, eviction));
    CHECK(amdgpu_waits_for(mode, {.kind = Caller::move}, eviction));
  }
  Rig rig;
  Arming kfd;
  DmaResv resv(rig.simulation);
  resv.add(make_intrusive<DmaFence>(rig.simulation, &kfd, new_fence_context(rig.simulation), 1),
           Usage::bookkeep);
  resv.for_each(Usage::read, [](const DmaResv::Entry& entry) { entry.fence->arm(); });
  CHECK(kfd.times == 0);
  resv.for_each(Usage::bookkeep, [](const DmaResv::Entry& entry) { entry.fence->arm(); });
  CHECK(kfd.times == 1);
}

TEST_CASE("T144: two submissions of different VMs that only read a buffer take turns") {
  const auto reader = [](const std::string& name, const std::string& engine) {
    return process(name, R"("engine": ")" + engine + "\"", job("4 ms", R"("reads": ["b"])"),
                   name == "one" ? "0 s" : "1 ms");
  };
  const Run both = run(reader("one", "rcs0") + "," + reader("two", "ccs0"));
  CHECK(number(both, "makespan_ns") == 8 * kMs);
  CHECK(number(both, "dependencies_false_count") == 1);
}

namespace {

/// A KFD process runs 40 ms of work in 40 MiB; 4 ms after it started another one needs 40 of the
/// 64 MiB for 1 ms.
Run evicted_kfd_process() {
  const auto work = [](const std::string& buffer, const std::string& duration) {
    return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration +
           R"(", "writes": [")" + buffer + R"("]}}, {"wait": {"ops": ["j"]}})";
  };
  return run_small(
      {.gpu = R"("vram": "64 MiB")",
       .resources =
           R"("buffers": [{"name": "old", "size": "40 MiB", "gpu": "gpu0"}, {"name": "new", "size": "40 MiB", "gpu": "gpu0"}],)",
       .processes = process("holder", R"("engine": "rcs0")", work("old", "40 ms")) + "," +
                    process("presser", R"("engine": "ccs0")", work("new", "1 ms"), "4 ms"),
       .stack = R"("preset": "kfd")",
       .links = R"({"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "1000 GB/s"})"});
}

}  // namespace

TEST_CASE("T145: KFD's queues are off not before they have run for 10 ms since the last restore") {
  // The eviction that began at 4 ms waits for the other 6.
  CHECK(number(evicted_kfd_process(), "eviction_max_ns") >= 6 * kMs);
  CHECK(number(evicted_kfd_process(), "eviction_max_ns") < 7 * kMs);
}

TEST_CASE("T146: an evicted KFD process is restored 100 ms later") {
  // 10 ms of its 40 before, 30 after, and 100 of pause.
  const Run evicted = evicted_kfd_process();
  CHECK(number(evicted, "makespan_ns") >= (10 + 100 + 30) * kMs);
  CHECK(number(evicted, "makespan_ns") < (10 + 100 + 30 + 2) * kMs);
}

TEST_CASE("T147: eviction waits for the last fence that each user queue published") {
  Rig rig;
  UserqFences one(rig.simulation, "one"), two(rig.simulation, "two");
  one.fence_at(1);
  two.fence_at(1);
  two.fence_at(2);
  const FencePtr eviction = eviction_fence(rig);
  rig.simulation.spawn({"suspend worker", ProcessRole::kernel_worker},
                       [](auto queues, FencePtr e) -> Task<> {
                         co_await userq_suspend(std::move(queues), std::move(e));
                       }(std::vector<UserqFences*>{&one, &two}, eviction));
  rig.simulation.run_instant();
  one.write(1);
  two.write(1);
  rig.simulation.run_instant();
  CHECK_FALSE(eviction->is_signaled());
  two.write(2);
  rig.simulation.run_instant();
  CHECK(eviction->is_signaled());
}

TEST_CASE("T148: eviction does not wait for work that was never published") {
  Rig rig;
  UserqFences queue(rig.simulation, "queue");  // there may be anything in its ring
  const FencePtr eviction = eviction_fence(rig);
  CHECK(rig.run(userq_suspend({&queue}, eviction)) == 0);
  CHECK(eviction->is_signaled());
}

TEST_CASE("T149: a user queue fence that never comes ends with -ECANCELED after 2 s") {
  Rig rig;
  UserqFences queue(rig.simulation, "queue");
  const FencePtr fence = queue.fence_at(1);
  run_to(rig, std::chrono::milliseconds(1999));
  CHECK_FALSE(fence->is_signaled());
  run_to(rig, std::chrono::milliseconds(2000));
  CHECK(fence->is_signaled());
  CHECK(fence->status() == fence_error::kCanceled);

  UserqFences withheld(rig.simulation, "no recovery", false);
  const FencePtr indefinite = withheld.fence_at(1);
  run_to(rig, std::chrono::seconds(100));
  CHECK_FALSE(indefinite->is_signaled());
}

TEST_CASE("T149: steady progress starts the hang timer over") {
  Rig rig;
  UserqFences queue(rig.simulation, "queue");
  queue.fence_at(1);
  const FencePtr second = queue.fence_at(2);
  run_to(rig, std::chrono::milliseconds(1500));
  queue.write(1);
  run_to(rig, std::chrono::milliseconds(3000));
  CHECK_FALSE(second->is_signaled());
  run_to(rig, std::chrono::milliseconds(3500));
  CHECK(second->status() == fence_error::kCanceled);
}

TEST_CASE(
    "T150: the wait ioctl does not return a reader's fence for a buffer that will be written") {
  Rig rig;
  UserqFences one(rig.simulation, "one"), two(rig.simulation, "two");
  DmaResv resv(rig.simulation);
  DmaResv* const list[] = {&resv};
  userq_signal(one, 3, list, {}, {});
  const auto ask = [&](bool write, KernelQuirks quirks) {
    UserqWaitRequest request;
    (write ? request.writes : request.reads).push_back(&resv);
    return rig.run(userq_wait(rig.simulation, request, all(one, two), quirks)).pairs;
  };
  const KernelQuirks quirk = quirks_of(KernelVersion::v7_2);
  CHECK(ask(true, quirk).empty());
  REQUIRE(ask(false, quirk).size() == 1);  // and a reader waits for the reader
  CHECK(ask(false, quirk).front().value == 3);
  // Without the quirk it is the other way round, as dma_resv_usage_rw() says.
  CHECK(ask(true, {}).size() == 1);
  CHECK(ask(false, {}).empty());
}

TEST_CASE("The wait ioctl gives one value per queue and waits for other fences itself") {
  Rig rig;
  UserqFences one(rig.simulation, "one"), two(rig.simulation, "two");
  DmaResv resv(rig.simulation);
  DmaResv* const list[] = {&resv};
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  userq_signal(one, 1, {}, list, {});
  userq_signal(one, 2, list, {}, std::span(&syncobj, 1));
  UserqWaitRequest request;
  request.writes = {&resv};
  request.points = {{syncobj, 0}};
  const auto result = rig.run(userq_wait(rig.simulation, request, all(one, two), {}));
  REQUIRE(result.pairs.size() == 1);
  CHECK(result.pairs.front().context == one.context());
  CHECK(result.pairs.front().value == 2);

  resv.add(rig.a.fence_at(1), Usage::write);
  bool returned = false;
  rig.simulation.spawn(
      {"ioctl", ProcessRole::user_thread},
      [](Simulation& simulation, UserqWaitRequest asked, auto queues, bool& back) -> Task<> {
        co_await userq_wait(simulation, std::move(asked), std::move(queues), {});
        back = true;
      }(rig.simulation, request, all(one, two), returned));
  rig.simulation.run_instant();
  CHECK_FALSE(returned);
  rig.a.advance_to(1);
  rig.simulation.run_instant();
  CHECK(returned);
}
