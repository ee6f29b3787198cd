// Rows T119, T120 and T124: work that faults beside work with dma_fences, and faults that nobody
// can serve (IGT tests/intel/xe_exec_mix_modes.c, xe_exec_fault_mode.c).
#include <catch2/catch.hpp>
#include <vector>

#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/runtime/world.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab;
using namespace fencelab::tests;

namespace {

std::string mixed_modes(const std::string& isolation) {
  return free_ioctls_with(R"("hang": "none", "residency": {"policy": "fault", "isolation": ")" +
                          isolation + R"("})");
}

const std::string kFaulting = R"("engine": "ccs0", "long_running": true)";
const std::string kFenced = R"("engine": "rcs0")";

/// A job of 5 ms with a dma_fence, and from 1 ms on a long-running one of 100 us on ccs0.
campaign::RunRecord fence_job_first(const std::string& isolation,
                                    const std::string& fenced = kFenced) {
  SmallScenario small;
  small.processes =
      process(
          "fenced", fenced,
          R"({"id": "j", "submit": {"context": "c", "duration": "5 ms"}}, {"wait": {"ops": ["j"]}})") +
      ", " +
      process(
          "faulting", kFaulting,
          R"({"id": "j", "submit": {"context": "c", "duration": "100 us"}}, {"wait": {"ops": ["j"]}})",
          "1 ms");
  small.stack = mixed_modes(isolation);
  return run_small(small);
}

}  // namespace

TEST_CASE("T119: a job with a dma_fence is done while a faulting spinner runs, which ends later") {
  SmallScenario small;
  small.resources = R"("timelines": ["stored"],)";
  small.processes = process("faulting", kFaulting,
                            R"({"id": "spin", "submit": {"context": "c", "duration": "infinite"}},
                 {"wait": {"values": [{"timeline": "stored", "value": 1}]}}, {"think": "1 ms"},
                 {"terminate": "spin"}, {"wait": {"ops": ["spin"]}})") +
                    ", " +
                    process("fenced", kFenced,
                            R"({"id": "store", "submit": {"context": "c", "duration": "100 us"}},
                 {"wait": {"ops": ["store"]}}, {"signal": {"timeline": "stored", "value": 1}})",
                            "1 ms");
  small.stack = mixed_modes("exclusive-modes");
  const auto run = run_small(small);
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 2);
  CHECK(number(run, "jobs_lost_count") == 0);
  // It was taken off meanwhile, though it has an engine of its own.
  CHECK(number(run, "preemptions_count") == 1);
}

TEST_CASE("T120: a faulting job begins when the job with a dma_fence that runs is done") {
  const auto run = fence_job_first("exclusive-modes");
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") >= 5 * kMs + 100 * kUs);
  // Nothing but the group keeps it: elsewhere it is done 4 ms earlier.
  CHECK(number(fence_job_first("mixed"), "makespan_ns") < 5 * kMs + 50 * kUs);
}

TEST_CASE("Copies with dma_fences keep no faulting work away: their engines are another group") {
  const std::string copies = R"("engine": "bcs0")";
  CHECK(number(fence_job_first("exclusive-modes", copies), "makespan_ns") < 5 * kMs + 50 * kUs);
}

namespace {

/// Errors of the jobs that are done.
struct Errors final : core::ProbeSink {
  std::vector<std::uint64_t> errors;
  void on_event(const core::ProbeEvent& event) override { errors.push_back(event.b); }
};

}  // namespace

TEST_CASE("T124: who waits for a job that touched what is not mapped gets -EIO") {
  const auto registry = policies::Registry::built_in();
  const auto loaded = scenarios::load_scenario(
      R"({"format": 1, "name": "t124", "platform": {"gpus": [{"name": "gpu0", "engines": ["ccs0"], "vram": "1 MiB"}]},
          "buffers": [{"name": "data", "size": "8 KiB", "memory": "managed"}],
          "processes": [)" +
          process("faulting", R"("long_running": true)",
                  R"({"free": "data"},
                     {"id": "j", "submit": {"context": "c", "duration": "1 ms", "reads": ["data"]}},
                     {"wait": {"ops": ["j"]}})") +
          R"(], "stacks": [{"name": "stack", )" + mixed_modes("exclusive-modes") + "}]}",
      "t124", scenarios::policy_names(registry, {}));
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  REQUIRE(stack);
  core::Simulation simulation;
  models::platform::SharedHardware hardware(simulation, {});
  policies::RunState run(simulation);
  scenarios::World world(simulation, hardware, *loaded, *stack, run);
  Errors jobs;
  simulation.probe().subscribe(jobs, core::Probe::bit(core::ProbeKind::job_finished));
  world.start();
  simulation.run();
  constexpr std::uint64_t kInputOutput = 5;
  CHECK(jobs.errors == std::vector<std::uint64_t>{kInputOutput});
  CHECK(simulation.unfinished() == 0);  // who waited was told
}
