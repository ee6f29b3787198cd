// Images on their way round between client and compositor, on a screen of 100 Hz.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using fencelab::campaign::RunRecord;

namespace {

struct Window {
  std::string chain;       ///< further members of the swapchain
  std::string client;      ///< program
  std::string compositor;  ///< program
  std::string stack;
};

RunRecord show(const Window& window) {
  return run_small({.gpu = {},
                    .resources =
                        R"("displays": [{"name": "screen", "refresh": "100 Hz"}],
              "swapchains": [{"name": "window", "size": "1 MiB", )" +
                        window.chain + "}],",
                    .processes = process("client", R"("engine": "ccs0")", window.client) + "," +
                                 process("compositor", R"("engine": "rcs0")", window.compositor),
                    .stack = window.stack,
                    .links = {}});
}

std::string draw(int times, const std::string& duration) {
  return R"({"loop": {"times": )" + std::to_string(times) +
         R"(, "body": [{"acquire": "window"}, {"submit": {"context": "c", "duration": ")" +
         duration + R"(", "writes": ["@window"]}}, {"present": "window"}]}})";
}

std::string flip_each(int times, const std::string& latch) {
  return R"({"loop": {"times": )" + std::to_string(times) + R"(, "body": [{"latch": )" + latch +
         R"(}, {"flip": {"display": "screen", "planes": ["@window"]}}]}})";
}

const std::string kWait = R"({"swapchain": "window", "wait": true})";

}  // namespace

TEST_CASE("An image on the screen is not drawn again before another one is there") {
  const std::string protocol = GENERATE("implicit", "syncobj");
  const auto run = show({.chain = R"("images": 2, "protocol": ")" + protocol + "\"",
                         .client = draw(3, "1 ms"),
                         .compositor = flip_each(3, kWait),
                         .stack = kFreeIoctls});
  // Shown at 10, 20 and 30 ms. The first image leaves the screen at 20 ms, and the third frame is
  // begun then; the second frame was begun at once, and is the oldest when it is shown.
  CHECK(number(run, "frames_shown_count") == 3);
  CHECK(number(run, "makespan_ns") == 30 * kMs);
  CHECK(number(run, "frame_latency_max_ns") == 20 * kMs);
  CHECK(number(run, "hazards_count") == 0);
}

TEST_CASE("A frame drawn too late for the deadline is taken after that vblank") {
  const auto run = show({.chain = R"("images": 2)",
                         .client = draw(1, "9 ms"),
                         .compositor = flip_each(1, kWait),
                         .stack = free_ioctls_with(R"("flip": "deadline")")});
  // Drawn at 9 ms, 1 ms before the vblank, where the margin is 1.65 ms.
  CHECK(run.verdict == "complete");
  CHECK(number(run, "frames_shown_count") == 1);
  CHECK(number(run, "makespan_ns") == 20 * kMs);
}

TEST_CASE("A compositor that looks late finds what was drawn by the deadline, and nothing later") {
  // It looks at 9 ms, inside the margin of 1.65 ms before the vblank at 10 ms.
  const auto shown = [](const std::string& drawing) {
    const auto run = show({.chain = R"("images": 2)",
                           .client = draw(1, drawing),
                           .compositor = R"({"think": "9 ms"}, {"latch": "window"},
                                            {"flip": {"display": "screen", "planes": ["@window"]}})",
                           .stack = free_ioctls_with(R"("flip": "deadline")")});
    return number(run, "frames_shown_count");
  };
  CHECK(shown("3 ms") == 1);
  CHECK(shown("8 ms") == 1);
  CHECK(shown("8500 us") == 0);  // drawn when it looks, but not by 8.35 ms: the old frame stays
}

TEST_CASE("A latch that waits goes on when the frame is drawn, under each policy that insists") {
  const std::string policy = GENERATE("wait-signaled", "deadline");
  const std::string protocol = GENERATE("implicit", "syncobj");
  const auto run = show({.chain = R"("images": 2, "protocol": ")" + protocol + "\"",
                         .client = draw(1, "3 ms"),
                         .compositor = flip_each(1, kWait),
                         .stack = free_ioctls_with(R"("flip": ")" + policy + "\"")});
  CHECK(number(run, "makespan_ns") == 10 * kMs);
}

TEST_CASE("An acquire point without a fence keeps no compositor from its work") {
  // With user queues completion is a value: the point gets its fence when the value is there, at 13
  // ms. Until then the compositor shows what it has, which is nothing, and is not blocked.
  const auto run = show(
      {.chain = R"("images": 2, "protocol": "syncobj")",
       .client = draw(1, "13 ms"),
       .compositor =
           R"({"loop": {"times": 3, "body": [{"vblank": "screen"}, {"latch": "window"}]}})",
       .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"flip": "wait-materialised"})"});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") == 30 * kMs);
}

TEST_CASE("With one release timeline, drawing into an idle image waits for the image in use") {
  // At 20 ms the compositor takes the newest of three frames and drops the others: their images are
  // idle. Its job of 10 ms, which reads the image it gives back with them, runs until 22 ms.
  const auto false_waits = [](const std::string& timeline) {
    const auto run = show(
        {.chain =
             R"("images": 4, "mode": "mailbox", "protocol": "syncobj", "release_timeline": ")" +
             timeline + "\"",
         .client = draw(10, "1 ms"),
         .compositor =
             R"({"loop": {"times": 4, "body": [{"vblank": "screen"}, {"latch": "window"},
                {"submit": {"context": "c", "duration": "12 ms", "reads": ["@window"]}}]}})",
         .stack = free_ioctls_with(R"("flip": "wait-signaled")", "vulkan-explicit")});
    CHECK(run.verdict == "complete");
    CHECK(number(run, "hazards_count") == 0);
    return number(run, "dependencies_false_count");
  };
  CHECK(false_waits("per-buffer") == 0);
  CHECK(false_waits("shared") > 0);
}
