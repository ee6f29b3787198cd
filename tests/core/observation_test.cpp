// What others see of a run: footprints of shared cells, choices, probe events.
#include <catch2/catch.hpp>
#include <vector>

#include "core/shared.hpp"

using namespace fencelab::core;

namespace {

Task<> touch(Shared<int>& one, Shared<int>& two) {
  two.write() = one.read() + 1;
  co_return;
}

struct Last final : Choice {
  std::vector<ChoicePoint> asked;
  std::uint32_t choose(const ChoicePoint& point) override {
    asked.push_back(point);
    return point.alternatives - 1;
  }
};

struct Log final : ProbeSink {
  std::vector<ProbeKind> kinds;
  void on_event(const ProbeEvent& event) override { kinds.push_back(event.kind); }
};

Task<> sleep_once(Simulation& simulation) { co_await sleep_for(simulation, 1us); }

}  // namespace

TEST_CASE("Shared cells note reads and writes in the footprint of who explores, in order") {
  Simulation simulation;
  Shared<int> one(simulation, 41), two(simulation);
  Footprint footprint;
  simulation.spawn({"unseen"}, touch(one, two));
  simulation.run();
  CHECK(footprint.touches.empty());
  CHECK(two.read() == 42);
  simulation.record_footprints(&footprint);
  simulation.spawn({"seen"}, touch(one, two));
  simulation.run();
  simulation.record_footprints(nullptr);
  CHECK(one.read() == 41);
  REQUIRE(footprint.touches.size() == 2);
  const auto& touches = footprint.touches;
  // `two.write() = one.read() + 1`: the right side first, since C++17.
  CHECK((touches[0].object == one.id() && touches[0].access == Access::read));
  CHECK((touches[1].object == two.id() && touches[1].access == Access::write));
}

TEST_CASE("A timed run takes the model's preference, an explorer what it likes") {
  const ChoicePoint point{"victim", kNoProcess, 4, 1};
  Simulation timed;
  CHECK(timed.choose(point) == 1);
  Last last;
  Simulation explored({.seed = 1, .choice = &last});
  CHECK(explored.choose(point) == 3);
  REQUIRE(last.asked.size() == 1);
  CHECK(last.asked[0].what == "victim");
}

TEST_CASE("Sinks get the kinds they asked for, and no others") {
  Simulation simulation;
  Log starts, all;
  simulation.probe().subscribe(starts, Probe::bit(ProbeKind::process_started));
  CHECK(simulation.probe().wanted(ProbeKind::process_started));
  CHECK_FALSE(simulation.probe().wanted(ProbeKind::process_ended));
  simulation.spawn({"one"}, sleep_once(simulation));
  simulation.probe().subscribe(all, Probe::kAll);
  simulation.spawn({"two"}, sleep_once(simulation));
  simulation.run();
  CHECK(starts.kinds == std::vector(2, ProbeKind::process_started));
  CHECK(all.kinds == std::vector{ProbeKind::process_started, ProbeKind::process_ended,
                                 ProbeKind::process_ended});
}
