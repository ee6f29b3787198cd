// The reader rules of RwLock: fair (rw_semaphore: behind a queued writer readers wait) and
// recursive (rwlock_t from interrupts, qrwlock: readers do not).
#include <catch2/catch.hpp>
#include <string>

#include "core/locks.hpp"
#include "core/simulation.hpp"

using namespace fencelab::core;
using namespace std::chrono_literals;

namespace {

/// Who got the lock, in order of time: "r1 w2" and so on, and who tries in vain: "-r1".
struct Bench {
  explicit Bench(ReaderRule rule) : lock(simulation, "rw", rule) {}
  Simulation simulation;
  RwLock lock;
  std::string log;
  void note(const std::string& what) { log += (log.empty() ? "" : " ") + what; }
};

Task<> read(Bench& bench, std::string name, Duration at, Duration held) {
  co_await sleep_for(bench.simulation, at);
  co_await bench.lock.lock_read();
  bench.note(name);
  co_await sleep_for(bench.simulation, held);
  bench.lock.unlock_read();
}

Task<> read_twice(Bench& bench, std::string name, Duration between) {
  co_await bench.lock.lock_read();
  co_await sleep_for(bench.simulation, between);
  co_await bench.lock.lock_read();
  bench.note(name);
  bench.lock.unlock_read();
  bench.lock.unlock_read();
}

Task<> write(Bench& bench, std::string name, Duration at, Duration held) {
  co_await sleep_for(bench.simulation, at);
  co_await bench.lock.lock_write();
  bench.note(name);
  co_await sleep_for(bench.simulation, held);
  bench.lock.unlock_write();
}

Task<> try_read(Bench& bench, std::string name, Duration at) {
  co_await sleep_for(bench.simulation, at);
  const bool taken = bench.lock.try_lock_read();
  bench.note(taken ? name : "-" + name);
  if (taken) bench.lock.unlock_read();
}

Task<> give_up(Bench& bench, Process& process, Duration at) {
  co_await sleep_for(bench.simulation, at);
  bench.simulation.cancel(process);
}

}  // namespace

TEST_CASE("A fair lock keeps readers behind a queued writer, a recursive one lets them in") {
  for (const auto& [rule, order] :
       {std::pair{ReaderRule::fair, "r1 w r2"}, std::pair{ReaderRule::recursive, "r1 r2 w"}}) {
    Bench bench(rule);
    bench.simulation.spawn({"r1"}, read(bench, "r1", 0ms, 10ms));
    bench.simulation.spawn({"w"}, write(bench, "w", 1ms, 1ms));
    bench.simulation.spawn({"r2"}, read(bench, "r2", 2ms, 1ms));
    bench.simulation.run();
    CHECK(bench.log == order);
  }
}

TEST_CASE("Reading twice with a writer queued in between is a deadlock with a fair lock only") {
  for (const auto& [rule, order] :
       {std::pair{ReaderRule::fair, ""}, std::pair{ReaderRule::recursive, "r w"}}) {
    Bench bench(rule);
    bench.simulation.spawn({"r"}, read_twice(bench, "r", 5ms));
    bench.simulation.spawn({"w"}, write(bench, "w", 1ms, 1ms));
    bench.simulation.run();
    CHECK(bench.log == order);
    CHECK(bench.simulation.unfinished() == (rule == ReaderRule::fair ? 2 : 0));
  }
}

TEST_CASE(
    "After a writer all readers up to the next writer come in, with a recursive lock all do") {
  for (const auto& [rule, order] : {std::pair{ReaderRule::fair, "w1 r1 w2 r2"},
                                    std::pair{ReaderRule::recursive, "w1 r1 r2 w2"}}) {
    Bench bench(rule);
    bench.simulation.spawn({"w1"}, write(bench, "w1", 0ms, 10ms));
    bench.simulation.spawn({"r1"}, read(bench, "r1", 1ms, 5ms));
    bench.simulation.spawn({"w2"}, write(bench, "w2", 2ms, 5ms));
    bench.simulation.spawn({"r2"}, read(bench, "r2", 3ms, 5ms));
    bench.simulation.run();
    CHECK(bench.log == order);
  }
}

TEST_CASE("An attempt to read fails behind a queued writer, unless the lock is recursive") {
  for (const auto& [rule, order] :
       {std::pair{ReaderRule::fair, "r1 -t w"}, std::pair{ReaderRule::recursive, "r1 t w"}}) {
    Bench bench(rule);
    bench.simulation.spawn({"r1"}, read(bench, "r1", 0ms, 10ms));
    bench.simulation.spawn({"w"}, write(bench, "w", 1ms, 1ms));
    bench.simulation.spawn({"t"}, try_read(bench, "t", 2ms));
    bench.simulation.run();
    CHECK(bench.log == order);
  }
}

TEST_CASE("A writer that is ended as it waits lets the readers behind it in at once") {
  Bench bench(ReaderRule::fair);
  bench.simulation.spawn({"r1"}, read(bench, "r1", 0ms, 10ms));
  Process& writer = bench.simulation.spawn({"w"}, write(bench, "w", 1ms, 1ms));
  bench.simulation.spawn({"r2"}, read(bench, "r2", 2ms, 1ms));
  bench.simulation.spawn({"killer"}, give_up(bench, writer, 3ms));
  bench.simulation.run(Time(4ms));
  CHECK(bench.log == "r1 r2");
}
