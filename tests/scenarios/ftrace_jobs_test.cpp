// What belongs together of a recording's events, driver by driver.
#include <catch2/catch.hpp>
#include <sstream>

#include "scenarios/ftrace/clients.hpp"
#include "scenarios/ftrace/jobs.hpp"
#include "scenarios/ftrace/plan.hpp"
#include "scenarios/ftrace/reader.hpp"

using namespace fencelab::scenarios;

namespace {

ftrace::Recording read(const std::string& text) {
  std::istringstream input(text);
  auto recording = ftrace::read_text(input, "r.txt", {});
  REQUIRE(recording.ok());
  return std::move(recording).value();
}

constexpr const char* kLegacy =
    "app-7 [000] 1.000000: drm_sched_job: entity=00000000aa, id=1, fence=00000000f1, ring=gfx, "
    "job count:0, hw job count:0\n"
    "app-7 [000] 1.000010: drm_sched_job: entity=00000000bb, id=2, fence=00000000f2, ring=gfx, "
    "job count:0, hw job count:1\n"
    "app-7 [000] 1.000015: drm_sched_job_wait_dep: job ring=gfx, id=2, depends fence=00000000f1, "
    "context=5, seq=7\n"
    "gfx-9 [000] 1.000020: drm_run_job: entity=00000000aa, id=1, fence=00000000f1, ring=gfx, "
    "job count:0, hw job count:0\n"
    "gfx-9 [000] 1.000050: drm_run_job: entity=00000000bb, id=2, fence=00000000f2, ring=gfx, "
    "job count:0, hw job count:1\n"
    "<idle>-0 [000] 1.000100: drm_sched_process_job: fence=00000000f1 signaled\n"
    "app-7 [000] 1.000110: drm_sched_job: entity=00000000aa, id=3, fence=00000000f1, ring=gfx, "
    "job count:0, hw job count:1\n"
    "gfx-9 [000] 1.000120: drm_run_job: entity=00000000aa, id=3, fence=00000000f1, ring=gfx, "
    "job count:0, hw job count:1\n"
    "<idle>-0 [000] 1.000180: drm_sched_process_job: fence=00000000f2 signaled\n"
    "<idle>-0 [000] 1.000200: drm_sched_process_job: fence=00000000f1 signaled\n";

}  // namespace

TEST_CASE("Legacy scheduler events are paired by addresses, which are used anew") {
  const auto recording = read(kLegacy);
  const auto jobs = ftrace::match_jobs(recording);
  REQUIRE(jobs.jobs.size() == 3);
  CHECK(jobs.jobs[0].ended_ns == 1'000'100'000);
  CHECK(jobs.jobs[1].ended_ns == 1'000'180'000);
  CHECK(jobs.jobs[2].queued_ns == 1'000'110'000);
  CHECK(jobs.jobs[2].ended_ns == 1'000'200'000);
  CHECK(jobs.jobs[1].depends == std::vector<std::uint32_t>{0});
}

TEST_CASE("A job has its ring from when the one before it ended") {
  const auto recording = read(kLegacy);
  const auto jobs = ftrace::match_jobs(recording);
  const auto clients = ftrace::find_clients(recording, jobs);
  const auto plan = ftrace::plan_replay(recording, jobs, clients);
  CHECK(plan.jobs[0].duration_ns == 80'000);
  CHECK(plan.jobs[1].duration_ns == 80'000);
  CHECK(plan.jobs[2].duration_ns == 20'000);
  CHECK(plan.credits == std::vector<std::uint32_t>{2});
}

TEST_CASE("Scheduler events from Linux 6.17 on name devices, contexts and dependencies") {
  const auto recording = read(
      "a-7 [000] 1.000001000: drm_sched_job_queue: dev=0000:04:00.0, fence=401:1, ring=gfx_0.0.0, "
      "job count:0, hw job count:0, client_id:13\n"
      "a-7 [000] 1.000001500: drm_sched_job_run: dev=0000:04:00.0, fence=401:1, ring=gfx_0.0.0, "
      "job count:0, hw job count:1, client_id:13\n"
      "k-8 [000] 1.000002000: drm_sched_job_queue: dev=0000:0a:00.0, fence=500:9, ring=gfx_0.0.0, "
      "job count:0, hw job count:0, client_id:18446744073709551615\n"
      "k-8 [000] 1.000002001: drm_sched_job_add_dep: fence=500:9 depends on fence=401:1\n"
      "k-8 [000] 1.000002002: drm_sched_job_add_dep: fence=500:9 depends on fence=999:1\n"
      "k-8 [000] 1.000002003: drm_sched_job_unschedulable: fence=500:9 depends on unsignalled "
      "fence=401:1\n"
      "<idle>-0 [000] 1.000003000: drm_sched_job_done: fence=401:1 signaled\n"
      "k-8 [000] 1.000003100: drm_sched_job_run: dev=0000:0a:00.0, fence=500:9, ring=gfx_0.0.0, "
      "job count:0, hw job count:1, client_id:18446744073709551615\n"
      "<idle>-0 [000] 1.000004100: drm_sched_job_done: fence=500:9 signaled\n");
  const auto jobs = ftrace::match_jobs(recording);
  REQUIRE(jobs.jobs.size() == 2);
  CHECK(jobs.jobs[1].depends == std::vector<std::uint32_t>{0});
  CHECK(jobs.counts.dependencies_unknown == 1);
  const auto clients = ftrace::find_clients(recording, jobs);
  CHECK(clients.names == std::vector<std::string>{"a-7", "kernel"});
  const auto plan = ftrace::plan_replay(recording, jobs, clients);
  CHECK(plan.credits.size() == 2);
  CHECK(plan.jobs[1].after == std::vector<std::uint32_t>{0});
  CHECK(plan.jobs[1].duration_ns == 1000);
  CHECK_FALSE(plan.jobs[1].held);
}

TEST_CASE("Events of amdgpu tell of no jobs that its scheduler tells of") {
  const auto recording = read(
      "a-7 [000] 1.1: amdgpu_cs_ioctl: timeline=gfx, fence=401:1, ring_name=gfx, num_ibs=1\n"
      "a-7 [000] 1.2: drm_sched_job_queue: dev=a, fence=401:1, ring=gfx, job count:0\n"
      "a-7 [000] 1.3: drm_sched_job_run: dev=a, fence=401:1, ring=gfx, job count:0\n"
      "a-7 [000] 1.4: amdgpu_sched_run_job: timeline=gfx, fence=401:1, ring_name=gfx, num_ibs=1\n"
      "a-7 [000] 1.5: dma_fence_signaled: driver=drm_sched timeline=gfx context=401 seqno=1\n"
      "a-7 [000] 1.6: drm_sched_job_done: fence=401:1 signaled\n");
  const auto jobs = ftrace::match_jobs(recording);
  REQUIRE(jobs.jobs.size() == 1);
  CHECK(jobs.jobs[0].queued_ns == 1'200'000'000);
  CHECK(jobs.counts.told_twice == 2);
}

TEST_CASE("Requests of i915 that stand behind each other in the hardware are one job") {
  const auto recording = read(
      "a-7 [000] 1.0: i915_request_add: dev=0, engine=2:0, ctx=20, seqno=1, flags=0x0\n"
      "a-7 [000] 1.1: i915_request_in: dev=0, engine=2:0, ctx=20, seqno=1, prio=0, port=0\n"
      "a-7 [000] 1.2: i915_request_in: dev=0, engine=2:0, ctx=20, seqno=2, prio=0, port=0\n"
      "a-7 [000] 1.5: i915_request_out: dev=0, engine=2:0, ctx=20, seqno=2, completed?=1\n"
      "a-7 [000] 1.6: i915_request_in: dev=0, engine=2:0, ctx=21, seqno=1, prio=0, port=0\n"
      "a-7 [000] 1.7: i915_request_out: dev=0, engine=2:0, ctx=21, seqno=1, completed?=0\n"
      "a-7 [000] 1.8: i915_request_in: dev=0, engine=2:0, ctx=21, seqno=1, prio=0, port=0\n"
      "a-7 [000] 2.0: i915_request_out: dev=0, engine=2:0, ctx=21, seqno=1, completed?=1\n");
  const auto jobs = ftrace::match_jobs(recording);
  REQUIRE(jobs.jobs.size() == 2);
  CHECK(recording.rings[0].name == "vcs0");
  CHECK(jobs.counts.merged == 1);
  CHECK(jobs.counts.preemptions == 1);
  CHECK(jobs.jobs[0].queued_ns == 1'000'000'000);
  const auto plan = ftrace::plan_replay(recording, jobs, ftrace::find_clients(recording, jobs));
  CHECK(plan.jobs[0].duration_ns == 400'000'000);
  CHECK(plan.jobs[1].duration_ns == 300'000'000);
}

TEST_CASE("Commands of virtio_gpu without numbers are answered in their order") {
  const auto recording = read(
      "a-7 [000] 1.0: virtio_gpu_cmd_queue: vdev=0 vq=0 name=control type=0x105 flags=0x0 "
      "fence_id=0 ctx_id=0\n"
      "a-7 [000] 1.1: virtio_gpu_cmd_queue: vdev=0 vq=0 name=control type=0x104 flags=0x0 "
      "fence_id=0 ctx_id=0\n"
      "k-8 [000] 1.3: virtio_gpu_cmd_response: vdev=0 vq=0 name=control type=0x1100 flags=0x0 "
      "fence_id=0 ctx_id=0\n"
      "k-8 [000] 1.4: virtio_gpu_cmd_response: vdev=0 vq=0 name=control type=0x1100 flags=0x0 "
      "fence_id=0 ctx_id=0\n");
  const auto jobs = ftrace::match_jobs(recording);
  REQUIRE(jobs.jobs.size() == 2);
  CHECK(jobs.jobs[0].ended_ns == 1'300'000'000);
  CHECK(jobs.jobs[1].ended_ns == 1'400'000'000);
}

TEST_CASE("A number of a task that is used anew is another client, threads of one group are one") {
  const auto line = [](const char* task, const char* seconds, int context) {
    std::string text;
    for (const char* const what : {"job_queue", "job_run"})
      text += std::string(task) + " [000] " + seconds + ": drm_sched_" + what +
              ": dev=a, fence=" + std::to_string(context) + ":1, ring=gfx, job count:0\n";
    return text + "x-1 [000] " + seconds +
           ": drm_sched_job_done: fence=" + std::to_string(context) + ":1 signaled\n";
  };
  const auto recording = read(line("one-7", "1.0", 1) + line("two-7", "1.1", 2) +
                              line("t-8 (  5)", "1.2", 3) + line("u-9 (  5)", "1.3", 4) +
                              "one-7 [000] 1.4: sched_process_exit: comm=one pid=7 prio=0\n" +
                              line("one-7", "1.5", 5));
  const auto jobs = ftrace::match_jobs(recording);
  const auto clients = ftrace::find_clients(recording, jobs);
  CHECK(clients.names == std::vector<std::string>{"one-7", "two-7", "t-5", "one-7_2"});
  CHECK(clients.of_job == std::vector<std::uint32_t>{0, 1, 2, 2, 3});
}
