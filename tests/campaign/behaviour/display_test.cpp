// When frames reach the screen. At 100 Hz a vblank comes every 10 ms, the first at 10 ms.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

fencelab::campaign::RunRecord flips(const std::string& duration, int times,
                                    const std::string& stack = kFreeIoctls) {
  return run_small(
      {.gpu = {},
       .resources =
           R"("displays": [{"name": "screen", "refresh": "100 Hz"}], "buffers": [{"name": "b", "size": "8 MiB"}],)",
       .processes = process("compositor", R"("engine": "rcs0")",
                            R"({"loop": {"times": )" + std::to_string(times) +
                                R"(, "body": [{"vblank": "screen"},
                                   {"submit": {"context": "c", "duration": ")" +
                                duration +
                                R"(", "writes": ["b"]}},
                                   {"flip": {"display": "screen", "planes": ["b"], "blocking": true}}]}})"),
       .stack = stack,
       .links = {}});
}

}  // namespace

TEST_CASE("A frame drawn in time is shown at the next vblank") {
  const auto run = flips("4 ms", 3);
  CHECK(run.verdict == "complete");
  CHECK(number(run, "flips_count") == 3);
  CHECK(number(run, "missed_vblanks_count") == 0);
}

TEST_CASE("A frame drawn too late misses a vblank and is shown at the one after") {
  const auto in_time = flips("4 ms", 1), late = flips("14 ms", 1);
  // Waits for the vblank at 10 ms, draws until 14 or 24 ms, is shown at 20 or 30 ms.
  CHECK(number(in_time, "makespan_ns") == 20 * kMs);
  CHECK(number(late, "makespan_ns") == 30 * kMs);
  CHECK(number(late, "missed_vblanks_count") == 1);
}

TEST_CASE(
    "A flip that waits for nothing shows frames that are not drawn, and that is a hazard each") {
  const auto none = free_ioctls_with(R"("sync": "none")");
  // Drawn within 4 ms: luck. Drawn for 14 ms from the vblank on: shown at the next, undrawn.
  CHECK(number(flips("4 ms", 3, none), "undrawn_count") == 0);
  const auto late = flips("14 ms", 3, none);
  CHECK(number(late, "undrawn_count") == 3);
  CHECK(number(late, "missed_vblanks_count") == 0);
  REQUIRE_FALSE(late.hazards.empty());
  CHECK(late.hazards[0].text.find("on the screen before") != std::string::npos);
  CHECK(number(flips("14 ms", 3), "undrawn_count") == 0);
}
