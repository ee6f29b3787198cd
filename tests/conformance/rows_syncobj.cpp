// Rows T35 to T48: syncobjs (IGT tests/syncobj_timeline.c, syncobj_wait.c).
#include <algorithm>
#include <array>

#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

namespace {

enum class State { none, submitted, signaled };
constexpr std::array kStates = {State::none, State::submitted, State::signaled};

/// Every set of flags.
std::vector<SyncobjWaitFlags> all_flags() {
  std::vector<SyncobjWaitFlags> all;
  for (int bits = 0; bits < 8; ++bits)
    all.push_back({.all = (bits & 1) != 0, .submit = (bits & 2) != 0, .available = bits > 3});
  return all;
}

/// The rule as T35 and T36 say it.
int expected(const std::vector<State>& states, SyncobjWaitFlags flags) {
  const auto missing = std::count(states.begin(), states.end(), State::none);
  if (missing > 0 && !flags.submit && !flags.available) return kInvalid;
  const auto satisfied = std::count_if(states.begin(), states.end(), [&](State state) {
    return state == State::signaled || (state == State::submitted && flags.available);
  });
  const auto needed = flags.all ? static_cast<std::ptrdiff_t>(states.size()) : 1;
  return satisfied >= needed ? 0 : kTime;
}

SyncobjPoint in_state(Rig& rig, State state) {
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  if (state == State::submitted) syncobj->add_point(rig.a.fence_at(1), 3);
  if (state == State::signaled) syncobj->signal_point(3);
  return {syncobj, 3};
}

/// A waiter in a process of its own.
struct Waiter {
  std::optional<SyncobjWaitResult> result;
  Waiter(Rig& rig, std::vector<SyncobjPoint> points, SyncobjWaitFlags flags) {
    rig.simulation.spawn({"waiter"}, body(rig.simulation, std::move(points), flags, result));
    rig.simulation.run_instant();  // it has begun to wait
  }
  static Task<> body(Simulation& simulation, std::vector<SyncobjPoint> points,
                     SyncobjWaitFlags flags, std::optional<SyncobjWaitResult>& into) {
    into = co_await wait_for_syncobjs(simulation, std::move(points), SyncobjWaitKind::timeline,
                                      flags, kNever);
  }
};

/// Lets everybody go on who can at this instant.
void settle(Rig& rig) {
  while (rig.simulation.run_instant(rig.simulation.now())) {
  }
}

FencePtr never(Rig& rig) { return rig.c.fence_at(1000); }

}  // namespace

TEST_CASE("T35: a wait for one point answers by its state and the flags") {
  for (const State state : kStates)
    for (const SyncobjWaitFlags flags : all_flags()) {
      Rig rig;
      CHECK(rig.poll({in_state(rig, state)}, flags) == expected({state}, flags));
    }
}

TEST_CASE("T36: a wait for several points answers by all of their states") {
  for (const State first : kStates)
    for (const State second : kStates)
      for (const State third : kStates)
        for (const SyncobjWaitFlags flags : all_flags()) {
          Rig rig;
          const std::vector states{first, second, third};
          std::vector<SyncobjPoint> points;
          for (const State state : states) points.push_back(in_state(rig, state));
          CHECK(rig.poll(std::move(points), flags) == expected(states, flags));
        }
}

TEST_CASE("T37, T37b: a wait for any is not held up by what a syncobj was reset to") {
  const bool for_submit = GENERATE(false, true);  // the fences appear after the wait began
  Rig rig;
  const SyncobjPtr first = Syncobj::make(rig.simulation), second = Syncobj::make(rig.simulation);
  const auto submit = [&] {
    first->replace(rig.a.fence_at(1));
    second->replace(rig.b.fence_at(1));
  };
  if (!for_submit) submit();
  Waiter waiter(rig, {{first, 0}, {second, 0}}, {.submit = for_submit});
  if (for_submit) submit();
  first->reset();
  first->replace(never(rig));
  rig.b.advance_to(1);
  settle(rig);
  REQUIRE(waiter.result);
  CHECK(waiter.result->error == 0);
  CHECK(waiter.result->first == 1);
}

TEST_CASE("T37a, T37b: a wait for all keeps the fence it found first") {
  const bool for_submit = GENERATE(false, true);
  Rig rig;
  const SyncobjPtr first = Syncobj::make(rig.simulation), second = Syncobj::make(rig.simulation);
  const auto submit = [&] {
    first->replace(rig.a.fence_at(1));
    second->replace(rig.b.fence_at(1));
  };
  if (!for_submit) submit();
  Waiter waiter(rig, {{first, 0}, {second, 0}}, {.all = true, .submit = for_submit});
  if (for_submit) submit();
  rig.a.advance_to(1);
  first->reset();
  first->replace(never(rig));
  settle(rig);
  CHECK_FALSE(waiter.result);
  rig.b.advance_to(1);
  settle(rig);
  REQUIRE(waiter.result);
  CHECK(waiter.result->error == 0);
}

TEST_CASE("T38: resetting an empty syncobj does not end a wait for submission, a signal does") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  Waiter waiter(rig, {{syncobj, 0}}, {.submit = true});
  syncobj->reset();
  settle(rig);
  CHECK_FALSE(waiter.result);
  syncobj->signal();
  settle(rig);
  REQUIRE(waiter.result);
  CHECK(waiter.result->error == 0);
}

TEST_CASE("T39: after each signal from the CPU the query is that point, and it can be waited for") {
  Rig rig;
  const Random random(39);
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  std::uint64_t point = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    point += static_cast<std::uint64_t>(random.uniform({1, 1, i}, 1, 1000));
    syncobj->signal_point(point);
    CHECK(syncobj->last_signaled() == point);
    CHECK(rig.poll({{syncobj, point}}, {.submit = true}) == 0);
    CHECK(rig.poll({{syncobj, point - 1}}, {.all = true}) == 0);
  }
}

TEST_CASE("T40: fences that complete out of order never take the query back") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  constexpr std::array<std::uint64_t, 5> kOrder = {1, 3, 2, 5, 4};
  for (std::uint64_t point = 1; point <= 5; ++point) {
    const auto turn = std::find(kOrder.begin(), kOrder.end(), point) - kOrder.begin() + 1;
    syncobj->add_point(rig.a.fence_at(static_cast<std::uint64_t>(turn)), point);
  }
  // All up to these have signaled after so many steps: 1; 1; 1, 2, 3; 1, 2, 3; all.
  constexpr std::array<std::uint64_t, 5> kReached = {1, 1, 3, 3, 5};
  for (const std::uint64_t reached : kReached) {
    rig.a.increment(1);
    CHECK(syncobj->last_signaled() == reached);
    CHECK(rig.poll({{syncobj, reached}}) == 0);
  }
}

TEST_CASE("T41, T41a: points out of order start over, and old points wait for the late one") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  std::uint64_t turn = 0;
  for (const std::uint64_t point : {1, 5, 3, 6, 7})
    syncobj->add_point(rig.a.fence_at(++turn), point);
  rig.a.increment(1);
  CHECK(rig.poll({{syncobj, 1}}) == kTime);  // although its own fence is done
  rig.a.increment(2);
  CHECK(syncobj->last_signaled() == 5);
  CHECK(rig.poll({{syncobj, 5}}) == 0);
  CHECK(rig.poll({{syncobj, 5}}, {.submit = true}) == 0);
}

TEST_CASE("T42: a signal from the CPU comes after the points before it") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  for (std::uint64_t point = 1; point <= 5; ++point)
    syncobj->add_point(rig.a.fence_at(point), point);
  rig.a.increment(3);
  CHECK(syncobj->last_signaled() == 3);
  syncobj->signal_point(8);
  CHECK(syncobj->last_signaled() == 3);
  rig.a.increment(5);
  CHECK(syncobj->last_signaled() == 8);
}

TEST_CASE("T43: points beyond 31 bits keep their order") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  constexpr std::uint64_t k31 = std::uint64_t{1} << 31;
  constexpr std::array<std::uint64_t, 5> kPoints = {1, 5, k31 + 4, k31 + 5, 2 * k31 - 2};
  std::uint64_t turn = 0;
  for (const std::uint64_t point : kPoints) syncobj->add_point(rig.a.fence_at(++turn), point);
  for (const std::uint64_t point : kPoints) {
    rig.a.increment(1);
    CHECK(syncobj->last_signaled() == point);
  }
}

TEST_CASE("T44: query, wait, signal and transfer of the points of one timeline") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  syncobj->add_point(rig.a.fence_at(1), 1);
  CHECK(syncobj->last_signaled() == 0);
  CHECK(rig.poll({{syncobj, 1}}) == kTime);
  rig.a.increment(1);
  CHECK(syncobj->last_signaled() == 1);
  CHECK(rig.poll({{syncobj, 1}}) == 0);
  syncobj->signal_point(2);
  CHECK(rig.run(transfer_point({syncobj, 3}, {syncobj, 2}, false)) == 0);
  CHECK(syncobj->last_signaled() == 3);
}

TEST_CASE("T44a: a point is transferred to a later one of the same syncobj") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  syncobj->signal_point(63);
  CHECK(rig.run(transfer_point({syncobj, 74}, {syncobj, 63}, false)) == 0);
  CHECK(syncobj->last_signaled() == 74);
}

TEST_CASE("T45: a timeline signal of point 0 satisfies waits for 0 and binary ones") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  syncobj->signal_point(0);
  CHECK(rig.poll({{syncobj, 0}}) == 0);
  const auto binary = rig.run(wait_for_syncobjs(rig.simulation, {{syncobj, 0}},
                                                SyncobjWaitKind::binary, {}, rig.simulation.now()));
  CHECK(binary.error == 0);
}

TEST_CASE("T45a, T45b: a reset takes the points of a timeline away") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  CHECK(rig.poll({{syncobj, 1}}) == kInvalid);
  syncobj->signal_point(1);
  CHECK(rig.poll({{syncobj, 1}}) == 0);
  syncobj->reset();
  CHECK(rig.poll({{syncobj, 1}}) == kInvalid);
}

TEST_CASE("T45c: a wait for submission ends when a fence came later and signaled later still") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  Waiter waiter(rig, {{syncobj, 4}}, {.submit = true});
  syncobj->add_point(rig.a.fence_at(1), 4);
  settle(rig);
  CHECK_FALSE(waiter.result);
  rig.a.advance_to(1);
  settle(rig);
  REQUIRE(waiter.result);
  CHECK(waiter.result->error == 0);
}

TEST_CASE("T48: a wait for nothing succeeds") {
  Rig rig;
  CHECK(rig.poll({}) == 0);
  CHECK(rig.poll({}, {.all = true}) == 0);
}
