// SimGrid's clock and the simulation's stay together: what interleaves how, and what happens to
// activities in flight when a process is cancelled, a run stops or everything is taken down.
#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <vector>

#include "core/wait_graph_builder.hpp"
#include "tests/models/platform/rig.hpp"

namespace fencelab::models::platform::test {

namespace {

Task<void> cancel_at(Rig& rig, core::Process& victim, Duration when) {
  co_await core::sleep_for(rig.simulation, when);
  rig.simulation.cancel(victim);
  rig.note("cancel", 0ns);
}

Task<void> look_at(Rig& rig, const core::Process& other, Duration when) {
  co_await core::sleep_for(rig.simulation, when);
  const core::WaitGraph graph = core::WaitGraphBuilder(rig.simulation).build();
  const core::Agent& agent = graph.agents.front();
  rig.log += fmt::format("{} is {} for {} since {} ns", other.spec.name,
                         agent.state == core::AgentState::blocked ? "blocked" : "not blocked",
                         core::to_string(agent.reason), core::nanoseconds_of(agent.since));
  if (agent.gate != core::kNoIndex) {
    const core::Gate& gate = graph.gates[agent.gate];
    rig.log += fmt::format(": {}, {}", gate.label,
                           gate.kind == core::GateKind::environment ? "certain" : "uncertain");
  }
  rig.log += "\n";
}

Task<void> fail_at(Rig& rig, Duration when) {
  co_await core::sleep_for(rig.simulation, when);
  throw std::runtime_error("the model is broken");
}

}  // namespace

TEST_CASE("a run without shared work never creates an engine", "[platform]") {
  Rig rig(one_link());
  rig.spawn("t", tick(rig, "t", 1us, 1000));
  rig.run();
  CHECK(rig.log == "t 1000000 0\n");
  CHECK_FALSE(rig.hardware.engine_created());
}

TEST_CASE("who waits for a transfer is blocked on something that certainly ends", "[platform]") {
  CHECK(log_of(one_link(),
               [](Rig& rig) {
                 core::Process& a = rig.spawn("a", copy(rig, "a", 0, 2 * kMegabyte));
                 rig.spawn("look", look_at(rig, a, 1ms));
               }) ==
        "a is blocked for transfer since 0 ns: transfer of 2000000 bytes on pcie0, certain\n"
        "a 2000000 2000000\n");
  HardwareDescription hardware = one_link();
  hardware.cpu_cores = 1;
  CHECK(log_of(hardware,
               [](Rig& rig) {
                 core::Process& a = rig.spawn("a", compute(rig, "a", 2ms, 500us));
                 rig.spawn("look", look_at(rig, a, 1ms));
               }) ==
        "a is blocked for cpu since 500000 ns: 2000000 ns of CPU time, certain\n"
        "a 2500000 2000000\n");
}

TEST_CASE("our events and the ends of transfers happen in the order of their instants",
          "[platform]") {
  CHECK(log_of(one_link(), [](Rig& rig) {
          rig.spawn("1", tick(rig, "tick", 999'999ns, 1));
          rig.spawn("2", tick(rig, "tock", 1'000'001ns, 1));
          rig.spawn("a", copy(rig, "a", 0, kMegabyte));
          rig.spawn("b", copy(rig, "b", 0, 10, 5ms));
          rig.spawn("3", tick(rig, "late", 3ms, 1));
        }) == "tick 999999 0\na 1000000 1000000\ntock 1000001 0\nlate 3000000 0\nb 5000010 10\n");
}

TEST_CASE("a transfer has ended when our events of the same instant run", "[platform]") {
  CHECK(in_child([] {
          Rig rig(one_link());
          std::string seen;
          core::Process& a = rig.spawn("a", copy(rig, "a", 0, kMegabyte));
          core::Timer timer(rig.simulation, [&] {
            seen = a.state == core::ProcessState::ready ? "over" : "in flight";
          });
          timer.arm(at(1ms));
          rig.run();
          return seen;
        }) == "over");
}

TEST_CASE("a request after a long idle time starts at its own instant", "[platform]") {
  CHECK(log_of(one_link(), [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, 1000, 1ns));
          rig.spawn("b", copy(rig, "b", 0, 1000, 3600s));
          rig.spawn("c", copy(rig, "c", 0, 1000, 3600s + 500ns));
        }) == "a 1001 1000\nb 3600000001500 1500\nc 3600000002000 1500\n");
}

TEST_CASE("a process cancelled in flight gives its share back from then on", "[platform]") {
  // Half speed for 1 ms leaves b 1.5 MB, which it then moves alone.
  CHECK(log_of(one_link(), [](Rig& rig) {
          core::Process& a = rig.spawn("a", copy(rig, "a", 0, 2 * kMegabyte));
          rig.spawn("b", copy(rig, "b", 0, 2 * kMegabyte));
          rig.spawn("c", cancel_at(rig, a, 1ms));
        }) == "cancel 1000000 0\nb 2500000 2500000\n");
}

TEST_CASE("a process may be cancelled as it asks, as it pays latency, and as it ends",
          "[platform]") {
  HardwareDescription hardware = one_link();
  hardware.links.push_back({"slow", kGigabytePerSecond, 1ms});
  hardware.cpu_cores = 1;
  CHECK(log_of(hardware,
               [](Rig& rig) {
                 core::Process& asks = rig.spawn("asks", copy(rig, "asks", 0, kMegabyte));
                 core::Process& pays = rig.spawn("pays", copy(rig, "pays", 1, kMegabyte));
                 core::Process& ends = rig.spawn("ends", copy(rig, "ends", 0, kMegabyte));
                 core::Process& thinks = rig.spawn("thinks", compute(rig, "thinks", 5ms));
                 rig.spawn("c1", cancel_at(rig, asks, 0ns));
                 rig.spawn("c2", cancel_at(rig, pays, 500us));
                 rig.spawn("c3", cancel_at(rig, ends, 1ms));
                 rig.spawn("c4", cancel_at(rig, thinks, 2ms));
                 rig.spawn("b", compute(rig, "b", 2ms));
               }) ==
        // b shares the core for 2 ms and has it for its last 1 ms.
        "cancel 0 0\ncancel 500000 0\ncancel 1000000 0\ncancel 2000000 0\nb 3000000 3000000\n");
}

TEST_CASE("a run may stop early and go on later as if it had not", "[platform]") {
  const auto run = [](bool pause) {
    return in_child([pause] {
      Rig rig(one_link());
      rig.spawn("a", copy(rig, "a", 0, 2 * kMegabyte));
      rig.spawn("b", copy(rig, "b", 0, kMegabyte, 300us));
      rig.spawn("t", tick(rig, "t", 100us, 30));
      if (pause) {
        int instants = 0;
        rig.hardware.run(core::kNever, [&] { return ++instants > 5; });
        rig.run(at(450us));
        rig.run(at(450us));
        rig.run(at(2ms));
      }
      rig.run();
      return rig.log;
    });
  };
  // At 3 ms the timer comes first: it was set before a was woken.
  CHECK(run(false) == "b 2300000 2000000\nt 3000000 0\na 3000000 3000000\n");
  CHECK(run(true) == run(false));
}

TEST_CASE("nothing after the limit happens, and the clock does not reach it", "[platform]") {
  CHECK(in_child([] {
          Rig rig(one_link());
          rig.spawn("a", copy(rig, "a", 0, 1000));
          rig.run(at(999ns));
          const auto before = core::nanoseconds_of(rig.simulation.now());
          rig.run(at(1000ns));
          return fmt::format("{} {}", before, rig.log);
        }) == "0 a 1000 1000\n");
}

namespace {

Task<void> wait_for_link(SharedHardware& hardware, std::size_t link) {
  (void)co_await hardware.transfer(link, kMegabyte);
}

Task<void> wait_for_core(SharedHardware& hardware) { (void)co_await hardware.compute(1s); }

std::string take_down_in_flight(bool hardware_first) {
  HardwareDescription description = one_link();
  description.cpu_cores = 1;
  description.links.push_back({"slow", kGigabytePerSecond, 1s});
  auto simulation = std::make_unique<core::Simulation>();
  auto hardware = std::make_unique<SharedHardware>(*simulation, description);
  for (std::size_t i = 0; i < 6; ++i) simulation->spawn({}, wait_for_link(*hardware, i % 2));
  simulation->spawn({}, wait_for_core(*hardware));
  hardware->run(at(10us), {});
  simulation->spawn({}, wait_for_link(*hardware, 0));  // has not even begun
  if (hardware_first) hardware.reset();
  simulation.reset();
  return "clean";
}

}  // namespace

TEST_CASE("taking everything down in flight is clean in either order", "[platform]") {
  for (const bool hardware_first : {true, false})
    CHECK(in_child([&] { return take_down_in_flight(hardware_first); }) == "clean");
}

TEST_CASE("a process that throws ends the run, with others in flight", "[platform]") {
  CHECK(in_child([] {
          Rig rig(one_link());
          rig.spawn("a", copy(rig, "a", 0, kMegabyte));
          rig.spawn("f", fail_at(rig, 10us));
          rig.run();
          return std::string("not reached");
        }) == "threw: the model is broken");
}

TEST_CASE("a second engine in one process is refused in words", "[platform]") {
  const auto twice = [] {
    for (int i = 0; i < 2; ++i) {
      Rig rig(one_link());
      rig.spawn("a", copy(rig, "a", 0, 1000));
      rig.run();
    }
    return std::string("not reached");
  };
  CHECK_THAT(in_child(twice), Catch::Contains("a process of its own (run_isolated)"));
}

namespace {

/// A busy run, in a heap that `clutter` allocations have made another one.
std::string busy_trace(std::size_t clutter) {
  std::vector<std::unique_ptr<std::vector<char>>> litter(clutter);
  for (std::size_t i = 0; i < clutter; ++i)
    litter[i] = std::make_unique<std::vector<char>>(16 + i * 37 % 900);
  for (std::size_t i = 0; i < clutter; i += 3) litter[i].reset();
  HardwareDescription hardware = one_link();
  hardware.links.push_back({"pcie1", 3 * kGigabytePerSecond, 333ns});
  hardware.cpu_cores = 3;
  Rig rig(hardware);
  for (std::size_t i = 0; i < 200; ++i) {
    const Duration start(i * i % 701);
    const std::string name = fmt::format("p{}", i);
    rig.spawn(name, copy(rig, name, i % 2, 100 + i % 7 * 50, start));
    rig.spawn(name, compute(rig, "c" + name, Duration(100 + i % 5), start));
  }
  rig.run();
  return rig.log;
}

}  // namespace

TEST_CASE("the same run gives the same trace wherever its memory lies", "[platform]") {
  const auto trace = [](std::size_t clutter) {
    return in_child([clutter] { return busy_trace(clutter); });
  };
  const std::string first = trace(0);
  CHECK(first.size() > 4000);
  CHECK(trace(0) == first);
  CHECK(trace(1000) == first);
  CHECK(trace(12345) == first);
}

}  // namespace fencelab::models::platform::test
