// Lines of ftrace text: every layout that kernels and trace-cmd print.
#include <catch2/catch.hpp>

#include "scenarios/ftrace/fields.hpp"
#include "scenarios/ftrace/line.hpp"

using namespace fencelab::scenarios::ftrace;

namespace {

struct Expected {
  const char* text;
  const char* comm;
  int pid;
  int tgid;  ///< -1: none
  int cpu;
  std::int64_t ns;
  const char* event;
  const char* fields;
};

}  // namespace

TEST_CASE("Events are read in the layouts of tracefs and of trace-cmd") {
  const Expected lines[] = {
      {"    RenderThread-25155  (  25118) [003] .... 630659.133156: amdgpu_cs_ioctl: sched_job=1, "
       "x=2",
       "RenderThread", 25155, 25118, 3, 630659133156000, "amdgpu_cs_ioctl", "sched_job=1, x=2"},
      {"          <idle>-0      (-------) [001] d.h3 630660.292600: drm_vblank_event: crtc=1, "
       "seq=5",
       "<idle>", 0, -1, 1, 630660292600000, "drm_vblank_event", "crtc=1, seq=5"},
      {"     kworker/0:3-117   [000]    16.033578: virtio_gpu_cmd_queue: vdev=0", "kworker/0:3",
       117, -1, 0, 16033578000, "virtio_gpu_cmd_queue", "vdev=0"},
      {"   kernel_oracle-119   [000]    16.018902123: drm_vblank_event:     crtc=0, seq=166",
       "kernel_oracle", 119, -1, 0, 16018902123, "drm_vblank_event", "crtc=0, seq=166"},
      {"a b-[1] c-7 [12] 1.5: x: ", "a b-[1] c", 7, -1, 12, 1500000000, "x", ""},
      {"bash-1 [000] ..... 2.000001: vfs_read <-ksys_read\r", "bash", 1, -1, 0, 2000001000, "", ""},
  };
  for (const Expected& expected : lines) {
    INFO(expected.text);
    const Line line = parse_line(expected.text);
    REQUIRE(line.kind == Line::Kind::event);
    CHECK(line.comm == expected.comm);
    CHECK(line.pid == expected.pid);
    CHECK(line.tgid.value_or(-1) == expected.tgid);
    CHECK(line.cpu == expected.cpu);
    CHECK(line.ns == expected.ns);
    CHECK(line.event == expected.event);
    CHECK(line.fields == expected.fields);
  }
}

TEST_CASE("Headings, comments and stacks are told from losses and from what is no ftrace") {
  for (const char* const text : {"", "# tracer: nop", "cpus=8", "version = 6", "CPU 3 is empty",
                                 " => do_syscall_64", "##### CPU 1 buffer started ####"}) {
    INFO(text);
    CHECK(parse_line(text).kind == Line::Kind::remark);
  }
  for (const char* const text :
       {"CPU:3 [LOST 12 EVENTS]", "CPU:3 [12 EVENTS DROPPED]", "CPU:3 [EVENTS DROPPED]"}) {
    INFO(text);
    const Line line = parse_line(text);
    CHECK(line.kind == Line::Kind::lost);
    CHECK(line.cpu == 3);
  }
  for (const char* const text :
       {"frame,time", "x-1 [000] 1.2.3: e: f", "x-y [000] 1.5: e: f", "x-1 [a] 1.5: e: f",
        "x-1 [000] 1.5", "x-1 [000] 1.0000000001: e: f", "x-1 [000] -1.5: e: f",
        "x-1 (y) [000] 1.5: e: f", "[000] 1.5: e: f", "x-1 [000] 99999999999.5: e: f",
        "CPU:x [LOST 12 EVENTS]"}) {
    INFO(text);
    CHECK(parse_line(text).kind == Line::Kind::other);
  }
  CHECK(parse_line("x-1 [000] .... 123456789: e: f").kind == Line::Kind::no_seconds);
}

TEST_CASE("Fields are found by whole names and end at commas and blanks") {
  const Fields fields(
      "dev=0000:04:00.0, fence=401:1, ring=gfx 0, job count:0, id=0x10, p=ffff00, bad=12x, "
      "e=(nil)");
  CHECK(fields.word("dev") == "0000:04:00.0");
  CHECK(fields.pair("fence") == std::pair<std::uint64_t, std::uint64_t>(401, 1));
  CHECK(fields.text("ring", ", job count") == "gfx 0");
  CHECK(fields.number("id") == 16u);
  CHECK(fields.pointer("p") == 0xffff00u);
  CHECK(fields.pointer("e") == 0u);
  CHECK_FALSE(fields.number("bad"));
  CHECK_FALSE(fields.number("ence"));
  CHECK_FALSE(fields.word("ev"));
  CHECK_FALSE(fields.pair("dev"));
}
