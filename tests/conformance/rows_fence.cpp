// Rows T01 to T13c: dma_fence (drivers/dma-buf/st-dma-fence.c and dma-fence.c).
#include "core/wait_graph_builder.hpp"
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

namespace {

/// A producer whose hardware is done before anybody asked, or that says so when it is armed.
struct Hardware final : FenceProducer {
  bool done_when_armed = false;
  int armed = 0;
  bool enable_signaling(DmaFence&) override {
    ++armed;
    return !done_when_armed;
  }
  GateIndex describe_release(WaitGraphBuilder& builder, const DmaFence& fence) const override {
    return builder.environment("hardware", fence.id());
  }
  std::string describe(const DmaFence&) const override { return "hardware"; }
};

FencePtr pending(Rig& rig, FenceProducer* producer = nullptr) {
  return make_intrusive<DmaFence>(rig.simulation, producer, 7, 1);
}

Task<int> wait_for(FencePtr fence, Time deadline) {
  const WaitResult result = co_await fence->wait({.deadline = deadline});
  co_return result == WaitResult::satisfied ? 1 : 0;
}

Task<> signal_later(Simulation& simulation, FencePtr fence, Duration delay) {
  co_await sleep_for(simulation, delay);
  fence->signal();
}

}  // namespace

TEST_CASE("T01: a fence is made, armed, signaled and dropped") {
  Rig rig;
  const FencePtr fence = pending(rig);
  fence->arm();
  CHECK(fence->signal());
  CHECK(fence->references() == 1);  // nobody else holds on to it
}

TEST_CASE("T02: is_signaled tells the state, and signaling again has no effect") {
  Rig rig;
  const FencePtr fence = pending(rig);
  CHECK_FALSE(fence->is_signaled());
  CHECK(fence->signal());
  CHECK(fence->is_signaled());
  CHECK_FALSE(fence->signal());
}

TEST_CASE("T03: a callback runs once although the fence is signaled twice") {
  Rig rig;
  Seen seen;
  const FencePtr fence = pending(rig);
  REQUIRE(fence->add_callback(seen));
  fence->signal();
  fence->signal();
  CHECK(seen.times == 1);
}

TEST_CASE("T04: of two that add callbacks to each other's fence and signal, none misses one") {
  // Each adds and signals in either order, and their steps interleave in every way.
  for (int order = 0; order < 4; ++order)
    for (const auto& turns : {"0011", "0101", "0110", "1001", "1010", "1100"}) {
      Rig rig;
      const FencePtr own[2] = {pending(rig), pending(rig)};
      Seen seen[2];
      bool added[2] = {};
      int step[2] = {};
      for (const char* turn = turns; *turn; ++turn) {
        const int who = *turn - '0';
        const bool adds_first = (order >> who & 1) == 0;
        if ((step[who]++ == 0) == adds_first)
          added[who] = own[1 - who]->add_callback(seen[who]);
        else
          own[who]->signal();
      }
      for (int who = 0; who < 2; ++who) {
        CHECK(own[who]->is_signaled());
        CHECK(seen[who].times == (added[who] ? 1 : 0));
      }
    }
}

TEST_CASE("T05: a callback that was added is seen") {
  Rig rig;
  Seen seen;
  const FencePtr fence = pending(rig);
  CHECK(fence->add_callback(seen));
  fence->signal();
  CHECK(seen.times == 1);
}

TEST_CASE("T06: adding a callback to a signaled fence fails, and it never runs") {
  Rig rig;
  Seen seen;
  const FencePtr fence = pending(rig);
  fence->signal();
  CHECK_FALSE(fence->add_callback(seen));
  fence->signal();
  CHECK(seen.times == 0);
}

TEST_CASE("T07: a callback that was removed in time is not seen") {
  Rig rig;
  Seen seen;
  const FencePtr fence = pending(rig);
  fence->add_callback(seen);
  CHECK(fence->remove_callback(seen));
  fence->signal();
  CHECK(seen.times == 0);
}

TEST_CASE("T08: removing a callback after the signal says that it has run") {
  Rig rig;
  Seen seen;
  const FencePtr fence = pending(rig);
  fence->add_callback(seen);
  fence->signal();
  CHECK(seen.times == 1);
  CHECK_FALSE(fence->remove_callback(seen));
}

TEST_CASE("T09: the status is 0 until the fence signals, then 1") {
  Rig rig;
  const FencePtr fence = pending(rig);
  CHECK(fence->status() == 0);
  fence->signal();
  CHECK(fence->status() == 1);
}

TEST_CASE("T10: an error that was set shows in the status only after the signal") {
  Rig rig;
  const FencePtr fence = pending(rig);
  fence->set_error(-5);
  CHECK(fence->status() == 0);
  fence->signal();
  CHECK(fence->status() == -5);
}

TEST_CASE("T11: a wait without time fails while the fence is pending and succeeds after") {
  Rig rig;
  const FencePtr fence = pending(rig);
  CHECK(rig.run(wait_for(fence, rig.simulation.now())) == 0);
  fence->signal();
  CHECK(rig.run(wait_for(fence, rig.simulation.now())) == 1);
}

TEST_CASE("T12: a wait ends when the fence signals before its deadline") {
  Rig rig;
  const FencePtr fence = pending(rig);
  CHECK(rig.run(wait_for(fence, rig.simulation.now() + 4ms)) == 0);
  rig.simulation.spawn({"timer"}, signal_later(rig.simulation, fence, 4ms));
  CHECK(rig.run(wait_for(fence, rig.simulation.now() + 1s)) == 1);
  CHECK(rig.simulation.now() == Time(8ms));
}

TEST_CASE("T13: every stub is signaled at once") {
  Rig rig;
  for (int i = 0; i < 64; ++i) CHECK(make_signaled_fence(rig.simulation)->status() == 1);
}

TEST_CASE("T13a: polling does not arm a producer that has no signaled op") {
  Rig rig;
  Hardware hardware;
  hardware.done_when_armed = true;
  const FencePtr fence = pending(rig, &hardware);
  CHECK_FALSE(fence->is_signaled());  // it has happened, but nobody was told to look
  CHECK(hardware.armed == 0);
}

TEST_CASE("T13b: a producer that refuses to be armed has its fence signaled on the spot") {
  Rig rig;
  Seen seen;
  Hardware hardware;
  hardware.done_when_armed = true;
  const FencePtr fence = pending(rig, &hardware);
  CHECK_FALSE(fence->add_callback(seen));
  CHECK(fence->is_signaled());
  CHECK(hardware.armed == 1);
  CHECK(seen.times == 0);
}
