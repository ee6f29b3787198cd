// Work and memory are linear in events: counted in operations, for wall time lies.
#include <catch2/catch.hpp>

#include "tests/analysis/lockdep/kernel_scenes.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
namespace core = fencelab::core;
using core::Task;

namespace {

/// What a driver does per job, `jobs` times: three reservations in one transaction, an allocation,
/// a fence that is waited for now and then, a section that signals it.
Task<> submit(Kernel& kernel, std::vector<std::unique_ptr<core::WwMutex>>& resvs, int jobs) {
  for (int job = 0; job < jobs; ++job) {
    core::WwContext ticket{static_cast<std::uint64_t>(job) + 1};
    for (const auto& resv : resvs) co_await resv->lock(&ticket);
    kernel.alloc();
    const core::FencePtr fence = kernel.fence("a");
    for (const auto& resv : resvs) resv->unlock();
    co_await kernel.signal_in_section(fence, nullptr);
    co_await kernel.lock.lock();
    co_await fence->wait();
    kernel.lock.unlock();
    co_await core::sleep_for(kernel.simulation, core::Duration(100));
  }
}

OrderWork work_of(int processes, int jobs) {
  Kernel kernel;
  std::vector<std::unique_ptr<core::WwMutex>> resvs;
  for (int i = 0; i < 3; ++i)
    resvs.push_back(std::make_unique<core::WwMutex>(kernel.simulation, "resv", kResvClass));
  for (int i = 0; i < processes; ++i)
    kernel.start("p" + std::to_string(i), submit(kernel, resvs, jobs));
  const OrderReport report = kernel.run();
  CHECK(report.reports.empty());
  CHECK(report.complete);
  return report.work;
}

Task<> start_many(Kernel& kernel, int count) {
  const auto short_lived = [](Kernel& in) -> Task<> {
    co_await in.lock.lock();
    in.lock.unlock();
  };
  for (int i = 0; i < count; ++i) {
    kernel.simulation.spawn({.name = "transient", .daemon = false, .transient = true},
                            short_lived(kernel));
    co_await core::sleep_for(kernel.simulation, core::Duration(10));
  }
}

}  // namespace

TEST_CASE("Steps grow with events, and no faster") {
  const OrderWork one = work_of(4, 100), ten = work_of(4, 1'000);
  const double events = static_cast<double>(ten.events) / static_cast<double>(one.events);
  const double steps = static_cast<double>(ten.steps) / static_cast<double>(one.steps);
  CHECK(events == Approx(10).epsilon(0.02));
  CHECK(steps <= events * 1.02);
  CHECK(ten.steps <= 6 * ten.events);
}

TEST_CASE(
    "What is remembered does not grow with repetition: chains, edges, the search at the end") {
  const OrderWork one = work_of(4, 100), ten = work_of(4, 1'000);
  CHECK(ten.chains == one.chains);
  CHECK(ten.edges == one.edges);
  CHECK(ten.cycle_steps == one.cycle_steps);
}

TEST_CASE("Chains grow with processes, while classes, edges and the search do not") {
  const OrderWork four = work_of(4, 50), forty = work_of(40, 50);
  CHECK(forty.chains == 10 * four.chains);
  CHECK(forty.edges == four.edges);
  CHECK(forty.cycle_steps == four.cycle_steps);
}

TEST_CASE("Processes that come and go leave nothing but their number behind") {
  Kernel kernel;
  kernel.start("parent", start_many(kernel, 1'000));
  const OrderReport report = kernel.run();
  CHECK(report.work.chains == 0);
  CHECK(report.work.steps <= 2 * report.work.events);
}
