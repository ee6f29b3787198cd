// compute(): CPU time on shared cores.
#include <catch2/catch.hpp>

#include "tests/models/platform/rig.hpp"

namespace fencelab::models::platform::test {

namespace {

HardwareDescription cores(std::uint32_t count) {
  HardwareDescription hardware = one_link();
  hardware.cpu_cores = count;
  return hardware;
}

}  // namespace

TEST_CASE("two threads on one core take twice as long", "[platform]") {
  CHECK(log_of(cores(1), [](Rig& rig) {
          rig.spawn("a", compute(rig, "a", 1ms));
          rig.spawn("b", compute(rig, "b", 1ms));
        }) == "a 2000000 2000000\nb 2000000 2000000\n");
}

TEST_CASE("two threads on two cores do not disturb each other", "[platform]") {
  CHECK(log_of(cores(2), [](Rig& rig) {
          rig.spawn("a", compute(rig, "a", 1ms));
          rig.spawn("b", compute(rig, "b", 3ms));
        }) == "a 1000000 1000000\nb 3000000 3000000\n");
}

TEST_CASE("a thread never runs faster than one core", "[platform]") {
  CHECK(log_of(cores(64), [](Rig& rig) { rig.spawn("a", compute(rig, "a", 1ms)); }) ==
        "a 1000000 1000000\n");
}

TEST_CASE("three threads on two cores get two thirds of a core each", "[platform]") {
  // Until the shortest is over at 1.5 ms; then the other two have a core each for their last 1 ms.
  CHECK(log_of(cores(2), [](Rig& rig) {
          rig.spawn("a", compute(rig, "a", 2ms));
          rig.spawn("b", compute(rig, "b", 2ms));
          rig.spawn("c", compute(rig, "c", 1ms));
        }) == "c 1500000 1500000\na 2500000 2500000\nb 2500000 2500000\n");
}

TEST_CASE("computing and copying do not disturb each other", "[platform]") {
  CHECK(log_of(cores(1), [](Rig& rig) {
          rig.spawn("a", compute(rig, "a", 1ms));
          rig.spawn("b", copy(rig, "b", 0, kMegabyte));
        }) == "a 1000000 1000000\nb 1000000 1000000\n");
}

TEST_CASE("CPU time that is not shared is a sleep and needs no engine", "[platform]") {
  Rig rig(cores(0));
  for (int i = 0; i < 3; ++i) rig.spawn("p", compute(rig, "p", 1ms));
  rig.run();
  CHECK(rig.log == "p 1000000 1000000\np 1000000 1000000\np 1000000 1000000\n");
  CHECK_FALSE(rig.hardware.engine_created());
}

TEST_CASE("no CPU time takes no time, shared or not", "[platform]") {
  for (const std::uint32_t count : {0U, 2U}) {
    Rig rig(cores(count));
    rig.spawn("p", compute(rig, "p", 0ns));
    rig.run();
    CHECK(rig.log == "p 0 0\n");
    CHECK_FALSE(rig.hardware.engine_created());
  }
}

}  // namespace fencelab::models::platform::test
