// Rows T111, T112, T115, T116, T123 and T125: address spaces and VM_BIND (IGT tests/intel/xe_vm.c,
// xe_noexec_ping_pong.c, xe_compute_preempt.c, xe_evict.c).
#include <catch2/catch.hpp>

#include "models/machine.hpp"
#include "models/vm/gpu_vm.hpp"
#include "tests/campaign/behaviour/small_run.hpp"
#include "tests/models/mock_policies.hpp"

using namespace fencelab::tests;

namespace {

using fencelab::campaign::RunRecord;

const std::string kPages =
    R"("buffers": [{"name": "zero", "size": "4 KiB"}, {"name": "first", "size": "4 KiB"}, {"name": "second", "size": "4 KiB"}],)";
const std::string kPlanned =
    free_ioctls_with(R"("bind": "async-state-at-submit")", "vulkan-explicit");

std::string bind(const std::string& buffer, const std::string& rest) {
  return R"({"bind": {"context": "c", "buffer": ")" + buffer + R"(", )" + rest + "}},";
}

/// Queue `one` maps a page behind a spinner, queue `two` the page after it, and a job uses that.
/// The spinner ends after 50 ms.
RunRecord two_queues(const std::string& before) {
  const std::string program =
      before + R"({"id": "spin", "submit": {"context": "s", "duration": "infinite"}},)" +
      bind("first", R"("at": "0x201000", "queue": "one", "after": ["spin"])") +
      bind("second", R"("at": "0x202000", "queue": "two")") +
      R"({"id": "draw", "submit": {"context": "c", "duration": "1 ms", "reads": ["second"], "signal_values": [{"timeline": "drawn", "value": 1}]}},
         {"wait": {"ops": ["draw"]}},
         {"submit": {"context": "c", "duration": "30 ms"}, "id": "more"}, {"wait": {"ops": ["more"]}})";
  return run_small(
      {.gpu = {},
       .resources = kPages + R"("timelines": ["drawn"],)",
       .processes =
           R"({"name": "p", "contexts": [{"name": "c", "engine": "rcs0"}, {"name": "s", "engine": "ccs0"}],
               "threads": [{"name": "main", "program": [)" +
           program +
           R"(]}, {"name": "ends", "start": "50 ms", "program": [{"terminate": "spin"}]}]})",
       .stack = kPlanned,
       .links = {}});
}

}  // namespace

TEST_CASE("T111: a bind queue goes on while another one waits, if the page tables are there") {
  const RunRecord run = two_queues(bind("zero", R"("at": "0x200000", "sync": true)"));
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 3);
  CHECK(number(run, "absences_count") == 0);
  // The job and the 30 ms after it are over long before the spinner.
  CHECK(number(run, "makespan_ns") == 50 * kMs);
}

TEST_CASE("T112: binds of two queues that need the same new page table come one after the other") {
  const RunRecord run = two_queues("");
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 3);
  CHECK(number(run, "absences_count") == 0);
  CHECK(number(run, "makespan_ns") > (50 + 1 + 30) * kMs);
  CHECK(number(run, "makespan_ns") < (50 + 1 + 30 + 1) * kMs);
}

TEST_CASE("T115: a bind of more than there is fails, and the address space stays usable") {
  const auto run = run_small(
      {.gpu = R"("vram": "64 MiB")",
       .resources =
           R"("buffers": [{"name": "large", "size": "100 MiB", "gpu": "gpu0"}, {"name": "small", "size": "8 MiB", "gpu": "gpu0"}],)",
       .processes = process(
           "p", R"("engine": "ccs0")",
           bind("large", R"("sync": true)") + bind("small", R"("sync": true)") +
               R"({"id": "j", "submit": {"context": "c", "duration": "1 ms", "reads": ["small"]}}, {"wait": {"ops": ["j"]}})"),
       .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"bind": "async-state-at-submit"})",
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "allocation_failures_count") == 1);
  CHECK(number(run, "jobs_done_count") == 1);
  CHECK(number(run, "absences_count") == 0);
}

TEST_CASE("T116: a bind of user memory that is not mapped is -EFAULT") {
  using namespace fencelab;
  core::Simulation simulation;
  models::platform::SharedHardware hardware{simulation, {}};
  models::Machine machine{simulation, hardware, {}};
  models::Gpu& gpu = machine.add_gpu({.name = "gpu0", .driver = "mock", .engines = {}}, {});
  models::GpuVm& vm = machine.add_client("p").gpu_vm(gpu);
  models::Buffer& memory = machine.add_buffer({.name = "u", .bytes = 4096, .userptr = true});
  models::Buffer& object = machine.add_buffer({.name = "b", .bytes = 4096});
  memory.exists = object.exists = false;
  const auto refused = [&](models::Buffer& buffer) {
    auto request = core::make_intrusive<models::BindRequest>();
    request->buffer = &buffer;
    request->bytes = 4096;
    return vm.admit(*request);
  };
  CHECK(refused(memory) == -14);
  CHECK(refused(object) == core::fence_error::kNoEntry);
  memory.exists = true;
  CHECK(refused(memory) == 0);
  CHECK_FALSE(vm.managed(object));
}

namespace {

/// So many processes with a buffer of 11 MiB each, on 100 MiB of VRAM; each runs a job, then
/// nothing for so long.
RunRecord idle_spaces(const std::string& residency, const std::string& idle_for) {
  return run_small(
      {.gpu = R"("vram": "100 MiB", "preemption_cost": "0 ns")",
       .resources = {},
       .processes =
           R"({"name": "p", "count": 10, "buffers": [{"name": "b", "size": "11 MiB", "gpu": "gpu0"}], "contexts": [{"name": "c", "engine": "ccs0"}],
               "threads": [{"name": "main", "program": [{"bind": {"context": "c", "buffer": "b"}},
                 {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"]}}, {"wait": {"ops": ["j"]}}, {"think": ")" +
           idle_for + R"("}]}]})",
       .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"residency": )" + residency +
                R"(, "bind": "sync"})",
       .links = {}});
}

}  // namespace

TEST_CASE("T123: idle address spaces that over-commit VRAM do not bring each other back") {
  const RunRecord soon = idle_spaces(R"("preempt-xe")", "100 ms");
  const RunRecord late = idle_spaces(R"("preempt-xe")", "10 s");
  CHECK(late.verdict == "complete");
  CHECK(number(late, "jobs_done_count") == 10);
  CHECK(number(soon, "evictions_count") >= 1);
  CHECK(number(late, "evictions_count") == number(soon, "evictions_count"));
  CHECK(number(late, "queue_suspensions_count") == number(soon, "queue_suspensions_count"));
  // A worker that restores idle ones, too, would go on for ever.
  const RunRecord restless =
      idle_spaces(R"({"policy": "preempt-xe", "restore_idle": true})", "100 ms");
  CHECK(number(restless, "evictions_count") > number(soon, "evictions_count"));
}

TEST_CASE(
    "T125: preemptible compute of several processes on 120 % of VRAM all ends, with its data") {
  const auto run = run_small(
      {.gpu = R"("vram": "100 MiB", "preemption_cost": "0 ns")",
       .resources = {},
       .processes =
           R"({"name": "p", "count": 3, "buffers": [{"name": "b", "size": "40 MiB", "gpu": "gpu0"}], "contexts": [{"name": "c", "engine": "ccs0"}],
               "threads": [{"name": "main", "program": [{"bind": {"context": "c", "buffer": "b"}}, {"loop": {"times": 4, "body": [
                 {"id": "j", "submit": {"context": "c", "duration": "10 ms", "writes": ["b"]}}, {"wait": {"ops": ["j"]}}]}}]}]})",
       .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"bind": "sync"})",
       .links = R"({"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "20 GB/s"})"});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 12);
  CHECK(number(run, "engine_busy_ns") == 12 * 10 * kMs);
  CHECK(number(run, "evictions_count") >= 1);
  CHECK(number(run, "absences_count") == 0);
  CHECK(number(run, "races_count") == 0);
}
