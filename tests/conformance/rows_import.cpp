// Rows T131 and T139: work on a GPU that must wait for what another device, or another engine, has
// put behind a buffer or a point (IGT tests/prime_vgem.c, gem_exec_fence.c).
#include <array>
#include <memory>

#include "models/machine.hpp"
#include "models/memory/prime.hpp"
#include "models/sync/vgem_fence.hpp"
#include "tests/conformance/rows.hpp"
#include "tests/policies/preset_policies.hpp"

using namespace fencelab::rows;
using fencelab::tests::policies_of;

namespace {

/// A vgem device, whose buffer lies in system memory, and a GPU that imports it.
struct Importer {
  Simulation simulation;
  platform::SharedHardware hardware{simulation, {}};
  fencelab::policies::RunState state{simulation};
  Machine machine{simulation, hardware, policies_of("linux-implicit", state)};
  Gpu& gpu =
      machine.add_gpu({.name = "gpu", .driver = "i915", .engines = {{"bcs0", "bcs", 1ms, 0ns, 2}}},
                      policies_of("linux-implicit", state));
  Client& client = machine.add_client("copier");
  Buffer& foreign = machine.add_buffer({.name = "vgem", .bytes = 4096});
  VgemFences vgem{simulation};
  const std::string label = "copy";
  JobPtr job{new Job(simulation)};

  Importer() {
    client.contexts().push_back(std::make_unique<GpuContext>(
        client, gpu, GpuContext::Spec{.name = "c", .engines = {gpu.engines().front().get()}}));
  }
  void copy_out() {
    job->client = &client;
    job->context = client.contexts().front().get();
    job->label = &label;
    job->duration = job->remaining = 1ms;
    job->accesses.push_back({&foreign, 0, foreign.bytes(), false});
    job->semaphore_open_at = Time{};
    job->account.open(simulation.now());
    simulation.spawn({"copier", ProcessRole::user_thread}, import_and_submit(*this));
  }
  static Task<> import_and_submit(Importer& self) {
    self.job->submitter = self.simulation.current();
    co_await import_buffer(self.machine, self.foreign, {.importer = &self.gpu}, &self.client);
    co_await self.gpu.policies().submission->submit(self.job);
  }
};

}  // namespace

TEST_CASE(
    "T131: a copy job on the importer's GPU is blocked by a vgem write fence until it signals") {
  Importer importer;
  const VgemFences::Handle handle = importer.vgem.attach(importer.foreign.resv(), true).value();
  importer.copy_out();
  importer.simulation.run(Time(1s));
  CHECK_FALSE(importer.job->is_done());
  CHECK(importer.vgem.signal(handle) == 0);
  importer.simulation.run(Time(2s));
  CHECK(importer.job->is_done());
  CHECK(importer.job->error == 0);
}

TEST_CASE("T131: a vgem read fence blocks no copy that only reads") {
  Importer importer;
  REQUIRE(importer.vgem.attach(importer.foreign.resv(), false));
  importer.copy_out();
  importer.simulation.run(Time(1s));
  CHECK(importer.job->is_done());
}

namespace {

/// Engines that execute batches in order, each behind an in-fence; batch k adds the results of the
/// two before it.
struct Chain {
  static constexpr std::size_t kEngines = 3, kBatches = 20;
  Rig rig;
  SwTimeline cork{rig.simulation, "cork"};
  std::array<std::unique_ptr<SwTimeline>, kEngines> done;
  std::array<SyncobjPtr, kEngines> timelines;
  std::array<FencePtr, kEngines> last;
  std::array<std::uint64_t, kBatches + 2> results{0, 1};

  Chain() {
    for (std::size_t i = 0; i < kEngines; ++i) {
      done[i] = std::make_unique<SwTimeline>(rig.simulation, "engine");
      timelines[i] = Syncobj::make(rig.simulation);
    }
  }
  static Task<> execute(Chain& chain, std::size_t batch, std::vector<FencePtr> waits) {
    for (std::size_t i = 0; i < waits.size(); ++i) co_await waits[i]->wait();
    // Later batches are quicker: one that did not wait would read too early.
    co_await sleep_for(chain.rig.simulation, Duration(1ms) * (kBatches - batch));
    chain.results[batch + 2] = chain.results[batch + 1] + chain.results[batch];
    chain.done[batch % kEngines]->advance_to(static_cast<std::uint32_t>(batch / kEngines + 1));
  }
  /// Batch k waits for point `point(k - 1)` of the engine before, and becomes `point(k)` of its
  /// own.
  template <class Point>
  void submit_all(Point point) {
    for (std::size_t k = 0; k < kBatches; ++k) {
      std::vector<FencePtr> waits{cork.fence_at(1)};
      if (k > 0) {
        const auto found = timelines[(k - 1) % kEngines]->find(point(k - 1));
        REQUIRE(found);
        waits.push_back(*found);
      }
      if (last[k % kEngines]) waits.push_back(last[k % kEngines]);
      last[k % kEngines] =
          done[k % kEngines]->fence_at(static_cast<std::uint32_t>(k / kEngines + 1));
      timelines[k % kEngines]->add_point(last[k % kEngines], point(k));
      rig.simulation.spawn({"batch", ProcessRole::engine}, execute(*this, k, std::move(waits)));
    }
    rig.simulation.run(Time(1s));
    CHECK(results[2] == 0);  // nothing has passed the cork
    cork.advance_to(1);
    rig.simulation.run();
  }
};

}  // namespace

TEST_CASE("T139: points that increase, stay or decrease never lose a dependency between engines") {
  Chain chain;
  SECTION("increasing") {
    chain.submit_all([](std::size_t k) { return 1 + k; });
  }
  SECTION("stationary") {
    chain.submit_all([](std::size_t) { return std::size_t{1}; });
  }
  SECTION("backward") {
    chain.submit_all([](std::size_t k) { return 100 - k; });
  }
  // Twenty steps of the Fibonacci numbers from 0 and 1: 1, 2, 3, 5 ... the last is F(21).
  CHECK(chain.results[Chain::kBatches + 1] == 10946);
}
