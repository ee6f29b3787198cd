// Each kind of hazard is found, with who is concerned, the buffer and the wait that is missing; and
// with that wait it is gone.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using Catch::Contains;

namespace {

const std::string kBuffer = R"("buffers": [{"name": "b", "size": "8 MiB"}],)";
const std::string kScreen =
    kBuffer + R"("displays": [{"name": "d", "refresh": "100 Hz", "gpu": "gpu0"}],)";
const std::string kDraw =
    R"({"id": "w", "submit": {"context": "c", "duration": "30 ms", "writes": ["b"]}})";
const std::string kWait = R"({"wait": {"ops": ["w"]}})";
const std::string kFlip = R"({"flip": {"display": "d", "planes": ["b"]}})";

fencelab::campaign::RunRecord run_one_process(const std::string& resources,
                                              const std::string& program) {
  return run_small({.gpu = {},
                    .resources = resources,
                    .processes = process("app", R"("engine": "rcs0")", program),
                    .stack = free_ioctls_with(R"("sync": "none")"),
                    .links = {}});
}

}  // namespace

TEST_CASE("A mapping that is read while a job writes races with it, unless the thread waited") {
  const std::string read = R"({"id": "look", "access": {"reads": ["b"]}})";
  const auto race = run_one_process(kBuffer, kDraw + ", " + read);
  CHECK(number(race, "races_read_write_count") == 1);
  REQUIRE(race.hazards.size() == 1);
  CHECK_THAT(race.hazards[0].text,
             Contains("job w#0 of app (writes bytes 0 to 8388608) and CPU access look#0 of app "
                      "(reads bytes 0 to 8388608) conflict on b") &&
                 Contains("a wait of CPU access look#0 of app for job w#0 of app"));
  CHECK(number(run_one_process(kBuffer, kDraw + ", " + kWait + ", " + read), "hazards_count") == 0);
}

TEST_CASE(
    "What a thread wrote before it submits is known to the job, and what it writes after is not") {
  const std::string write = R"({"access": {"writes": ["b"], "duration": "1 ms"}})";
  CHECK(number(run_one_process(kBuffer, write + ", " + kDraw), "races_count") == 0);
  CHECK(number(run_one_process(kBuffer, kDraw + ", " + write), "races_write_write_count") == 1);
}

TEST_CASE("poll waits for the fences that a mapping ignores") {
  const std::string read = R"({"access": {"reads": ["b"]}})";
  const auto with = [&](const std::string& before) {
    return run_small({.gpu = {},
                      .resources = kBuffer,
                      .processes = process("app", R"("engine": "rcs0")", kDraw + before + read),
                      .stack = kFreeIoctls,
                      .links = {}});
  };
  CHECK(number(with(", "), "races_count") == 1);
  CHECK(number(with(R"(, {"poll": {"buffer": "b", "for": "read"}}, )"), "races_count") == 0);
}

TEST_CASE("Memory that is freed while a job writes it, and who freed it, stand in the report") {
  // Long enough to have begun; nothing is said about jobs that never run.
  const std::string free = R"({"think": "5 ms"}, {"free": "b"})";
  const auto gone = run_one_process(kBuffer, kDraw + ", " + free);
  CHECK(number(gone, "absences_count") == 1);
  REQUIRE(gone.hazards.size() == 1);
  CHECK_THAT(gone.hazards[0].text,
             Contains("job w#0 of app (writes bytes 0 to 8388608)") && Contains("b is freed") &&
                 Contains("app/main did that, and nothing made it wait for the end"));
  CHECK(number(run_one_process(kBuffer, kDraw + ", " + kWait + ", " + free), "hazards_count") == 0);
}

TEST_CASE("A mapping that is touched after the memory was freed is found") {
  const std::string read = R"({"id": "look", "access": {"reads": ["b"]}})",
                    free = R"({"free": "b"})";
  const auto gone = run_one_process(kBuffer, kDraw + ", " + kWait + ", " + free + ", " + read);
  CHECK(number(gone, "absences_count") == 1);
  REQUIRE(gone.hazards.size() == 1);
  CHECK_THAT(gone.hazards[0].text, Contains("CPU access look#0 of app") && Contains("b is freed"));
  CHECK(number(run_one_process(kBuffer, kDraw + ", " + kWait + ", " + read + ", " + free),
               "hazards_count") == 0);
}

TEST_CASE("A buffer on the screen before its job is done is told with the job and the bytes") {
  const auto early = run_one_process(kScreen, kDraw + ", " + kFlip);
  CHECK(number(early, "undrawn_count") == 1);
  REQUIRE(early.hazards.size() == 1);
  CHECK_THAT(early.hazards[0].text,
             Contains("b (scanned out from byte 0 to 8388608)") && Contains("job w#0 of app") &&
                 Contains("the flip waited for nothing that is after the end of the drawing"));
  CHECK(number(run_one_process(kScreen, kDraw + ", " + kWait + ", " + kFlip), "hazards_count") ==
        0);
}

TEST_CASE("A picture that is drawn over before it is shown is told with who draws") {
  // The flip is latched at the vblank 10 ms later; the job begins before that.
  const auto over = run_one_process(kScreen, kFlip + ", " + kDraw);
  CHECK(number(over, "stale_count") == 1);
  REQUIRE(over.hazards.size() == 1);
  CHECK_THAT(over.hazards[0].text,
             Contains("drawn over by job w#0 of app") &&
                 Contains("did not wait for a later one to be on the screen"));
}

TEST_CASE("A picture on the screen is drawn over until the next one is there") {
  const std::string screen =
      R"("buffers": [{"name": "b", "size": "8 MiB"}, {"name": "other", "size": "8 MiB"}],)"
      R"("displays": [{"name": "d", "refresh": "100 Hz", "gpu": "gpu0"}],)";
  const auto shown = [](const std::string& buffer) {
    return R"({"id": ")" + buffer + R"(-shown", "flip": {"display": "d", "planes": [")" + buffer +
           R"("]}})";
  };
  const auto wait = [](const std::string& buffer) {
    return R"(, {"wait": {"ops": [")" + buffer + R"(-shown"]}}, )";
  };
  // Its own out-fence says only that the display has begun to read it.
  CHECK(number(run_one_process(screen, shown("b") + wait("b") + kDraw), "stale_count") == 1);
  const std::string both = shown("b") + wait("b") + shown("other");
  CHECK(number(run_one_process(screen, both + ", " + kDraw), "stale_count") == 1);
  CHECK(number(run_one_process(screen, both + wait("other") + kDraw), "hazards_count") == 0);
}

TEST_CASE("A thread draws over a picture, too") {
  const std::string draw = R"({"access": {"writes": ["b"], "duration": "1 ms"}})";
  CHECK(number(run_one_process(kScreen, kFlip + ", " + draw), "stale_count") == 1);
  CHECK(number(run_one_process(kScreen, draw + ", " + kFlip), "hazards_count") == 0);
}

TEST_CASE("The same mistake in the next iteration is counted, not told again") {
  const auto run = run_one_process(kBuffer, R"({"loop": {"times": 5, "body": [)" + kDraw +
                                                R"(, {"access": {"reads": ["b"]}}]}})");
  REQUIRE(run.hazards.size() == 1);
  CHECK(run.hazards[0].count == static_cast<std::uint64_t>(number(run, "races_count")));
  CHECK(run.hazards[0].count == 5);
}

TEST_CASE("A thread that has ended long ago is joined, and what it knew is known") {
  const auto joined = [](const std::string& join) {
    const std::string helper = R"({"name": "helper", "forked": true, "program": [)"
                               R"({"access": {"writes": ["b"]}}]})";
    const std::string main =
        R"({"name": "main", "program": [{"fork": "helper"}, {"think": "5 ms"},)" + join +
        R"({"access": {"reads": ["b"]}}]})";
    return run_small({.gpu = {},
                      .resources = kBuffer,
                      .processes = R"({"name": "app", "threads": [)" + main + ", " + helper + "]}",
                      .stack = kFreeIoctls,
                      .links = {}});
  };
  CHECK(number(joined(R"({"join": "helper"}, )"), "races_count") == 0);
  CHECK(number(joined(""), "races_count") == 1);
}

TEST_CASE("A submit thread knows what the thread knew that gave it the job") {
  // The reader's jobs wait for a value that has no fence yet, so another thread submits them.
  const std::string writer =
      process("writer", R"("engine": "rcs0")",
              kDraw + ", " + kWait + R"(, {"send": {"channel": "told", "buffers": ["b"]}})");
  const std::string reader =
      process("reader", R"("engine": "ccs0")",
              R"({"submit": {"context": "c", "duration": "1 ms", "reads": ["other"], )"
              R"("wait_values": [{"timeline": "u", "value": 1}]}}, {"receive": "told"}, )"
              R"({"submit": {"context": "c", "duration": "1 ms", "reads": ["b"]}})");
  const std::string other =
      process("other", "", R"({"think": "60 ms"}, {"signal": {"timeline": "u", "value": 1}})");
  const auto run = run_small(
      {.gpu = {},
       .resources =
           R"("buffers": [{"name": "b", "size": "8 MiB"}, {"name": "other", "size": "8 MiB"}],)"
           R"("channels": ["told"], "timelines": ["u"],)",
       .processes = writer + ", " + reader + ", " + other,
       .stack = R"("preset": "vulkan-timeline")",
       .links = {}});
  CHECK(number(run, "jobs_done_count") == 3);
  CHECK(number(run, "hazards_count") == 0);
}

TEST_CASE("What a compositor did with an image comes before it is given back, whoever does that") {
  // The display's worker gives it back: when the next one is on the screen.
  const std::string client =
      process("client", "",
              R"({"loop": {"times": 3, "body": [{"acquire": "w"}, {"access": {"writes": ["@w"]}}, )"
              R"({"present": "w"}]}})");
  const std::string compositor =
      process("compositor", "",
              R"({"loop": {"times": 3, "body": [{"latch": {"swapchain": "w", "wait": true}}, )"
              R"({"access": {"reads": ["@w"]}}, {"flip": {"display": "d", "planes": ["@w"]}}]}})");
  const auto run = run_small(
      {.gpu = {},
       .resources =
           R"("swapchains": [{"name": "w", "images": 2, "size": "1 MiB", "mode": "fifo"}],)"
           R"("displays": [{"name": "d", "refresh": "100 Hz", "gpu": "gpu0"}],)",
       .processes = client + ", " + compositor,
       .stack = free_ioctls_with(""),
       .links = {}});
  CHECK(number(run, "flips_count") == 3);
  CHECK(number(run, "hazards_count") == 0);
}
