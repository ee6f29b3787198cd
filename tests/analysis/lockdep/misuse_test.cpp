// Misuse of a single lock: what lockdep reports without any second lock.
#include <catch2/catch.hpp>

#include "core/assert.hpp"
#include "tests/analysis/lockdep/script.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
namespace core = fencelab::core;

namespace {

/// Runs a program that breaks an assertion of core, and says what was predicted before it did.
std::set<std::string> before_it_broke(Watched& watched) {
  CHECK_THROWS_AS(watched.simulation.run(), core::InternalError);
  return rules(watched.watch.predictions());
}

core::Task<> hold_and_initialise(core::Mutex& lock) {
  co_await lock.lock();
  lock.initialise();
}

core::Task<> keep(core::Mutex& lock) { co_await lock.lock(); }

core::Task<> keep_for_ever(core::Simulation& simulation, core::Mutex& lock) {
  co_await lock.lock();
  co_await core::sleep_for(simulation, core::Duration(1'000'000));
}

core::Task<> kill(core::Simulation& simulation, core::Process& victim) {
  co_await core::sleep_for(simulation, core::Duration(1'000));
  simulation.cancel(victim);
}

/// ww_mutexes o1 and o2 of one class, and a context.
struct Ww {
  explicit Ww(core::Simulation& simulation)
      : o1(simulation, "o1", "o"), o2(simulation, "o2", "o") {}
  core::WwMutex o1, o2;
  core::WwContext first{1}, second{2};
};

enum class How { plain, attempt, context, other_context };

core::Task<> take(Ww& ww, core::WwMutex& lock, How how) {
  core::WwContext* context = nullptr;
  if (how == How::context) context = &ww.first;
  if (how == How::other_context) context = &ww.second;
  if (how == How::attempt)
    CHECK(lock.try_lock());
  else
    co_await lock.lock(context);
}

core::Task<> take_both(Ww& ww, How one, How other) {
  co_await take(ww, ww.o1, one);
  co_await take(ww, ww.o2, other);
  ww.o2.unlock();
  ww.o1.unlock();
}

std::set<std::string> ww_verdict(How one, How other) {
  Watched watched;
  Ww ww(watched.simulation);
  watched.start("p", take_both(ww, one, other));
  return rules(watched.run().reports);
}

const std::set<std::string> kRecursion = {"lock-recursion"};

}  // namespace

TEST_CASE("A double unlock is reported, with who did it") {
  Watched watched;
  ScriptLocks locks(watched.simulation);
  watched.start("p", locks.play("m:A -m:A -m:A", {}));
  CHECK(before_it_broke(watched) == std::set<std::string>{"double-unlock"});
  CHECK(watched.watch.predictions().front().edges.front().witness.process_name == "p");
}

TEST_CASE("Initialising a held lock is reported") {
  Watched watched;
  core::Mutex lock(watched.simulation, "A");
  watched.start("p", hold_and_initialise(lock));
  CHECK(before_it_broke(watched).contains("init-of-held-lock"));
}

TEST_CASE("A process that ends with a lock held is reported, a killed one is not") {
  Watched watched;
  core::Mutex kept(watched.simulation, "kept"), taken(watched.simulation, "taken");
  watched.start("keeper", keep(kept));
  core::Process& victim = watched.start("victim", keep_for_ever(watched.simulation, taken));
  watched.start("killer", kill(watched.simulation, victim));
  const OrderReport report = watched.run();
  CHECK(rules(report.reports) == std::set<std::string>{"lock-held-at-exit"});
  REQUIRE(report.reports.size() == 1);
  CHECK(report.reports[0].cycle[0].name == "kept");
  CHECK(report.reports[0].signature == "lock-held-at-exit: lock kept");
}

TEST_CASE("ww_mutexes nest within one context and by trylock, and in no other way (ww_test_*)") {
  CHECK(ww_verdict(How::context, How::context).empty());
  CHECK(ww_verdict(How::context, How::attempt).empty());
  CHECK(ww_verdict(How::context, How::plain) == kRecursion);
  CHECK(ww_verdict(How::attempt, How::attempt).empty());
  CHECK(ww_verdict(How::attempt, How::plain) == kRecursion);
  CHECK(ww_verdict(How::attempt, How::context) == kRecursion);
  CHECK(ww_verdict(How::plain, How::plain) == kRecursion);
  CHECK(ww_verdict(How::plain, How::attempt).empty());
  CHECK(ww_verdict(How::plain, How::context) == kRecursion);
}

TEST_CASE("Two contexts at once in one process are no nesting (ww_test_two_contexts)") {
  CHECK(ww_verdict(How::context, How::other_context) == kRecursion);
}
