// Litmus programs over shared variables with published numbers of traces: Nidhugg's
// tests/smoke/reference.results.txt (github.com/nidhugg/nidhugg) and GenMC's expected.sc under
// tests/correct/synthetic (github.com/MPI-SWS/genmc).
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

using World = LitmusWorld;
using core::Task;

void spawn(World& world, Task<> body) {
  world.sim.spawn({"p" + std::to_string(world.sim.unfinished())}, std::move(body));
}

LitmusProgram readers(std::size_t n) {
  LitmusProgram program{{WR(0)}};
  program.resize(n + 1, {RD(0)});
  return program;
}
LitmusProgram writers_and_a_reader(std::size_t n) {
  LitmusProgram program(n, {INC(0)});
  program.push_back({RD(0)});
  return program;
}
LitmusProgram increments(std::size_t n) { return LitmusProgram(n, {INC(0)}); }

// ---- lastzero: writer i sets a[i] to a[i - 1] + 1; the reader looks for the last zero.

Task<> follow(World& world, std::size_t i) {
  co_await core::point(world.sim);
  const std::uint64_t previous = world.variable(i - 1).read();
  co_await core::point(world.sim);
  world.variable(i).write() = previous + 1;
}
Task<> find_last_zero(World& world, std::size_t n) {
  for (std::size_t i = n;; --i) {
    co_await core::point(world.sim);
    if (world.variable(i).read() == 0) co_return;
  }
}
std::function<void(World&)> lastzero(std::size_t n) {
  return [n](World& world) {
    (void)world.variable(n);
    spawn(world, find_last_zero(world, n));
    for (std::size_t i = 1; i <= n; ++i) spawn(world, follow(world, i));
  };
}

// ---- indexer: each thread puts 4 words into a hash table of 128 places, next place if taken.

constexpr std::size_t kTable = 128, kWords = 4;

Task<> index_words(World& world, std::size_t thread) {
  for (std::size_t m = 1; m <= kWords; ++m) {
    const std::size_t word = m * 11 + thread;
    for (std::size_t place = word * 7 % kTable;; place = (place + 1) % kTable) {
      co_await core::point(world.sim);
      auto& entry = world.variable(place);
      if (entry.read() != 0) continue;  // a compare-and-swap that fails only reads
      entry.write() = word;
      break;
    }
  }
}
std::function<void(World&)> indexer(std::size_t n) {
  return [n](World& world) {
    (void)world.variable(kTable - 1);
    for (std::size_t i = 0; i < n; ++i) spawn(world, index_words(world, i));
  };
}

// ---- filesystem: each thread makes an inode with the first free of 26 blocks, all under locks.

constexpr std::size_t kInodes = 32, kBlocks = 26;

Task<> make_inode(World& world, std::size_t thread) {
  const std::size_t inode = thread % kInodes;
  co_await world.lock(inode).lock();
  if (world.variable(inode).read() == 0) {
    for (std::size_t block = inode * 2 % kBlocks;; block = (block + 1) % kBlocks) {
      core::Mutex& guard = world.lock(kInodes + block);
      co_await guard.lock();
      auto& busy = world.variable(kInodes + block);
      const bool taken = busy.read() != 0;
      if (!taken) {
        busy.write() = 1;
        world.variable(inode).write() = block + 1;
      }
      co_await core::point(world.sim);
      guard.unlock();
      if (!taken) break;
    }
  }
  co_await core::point(world.sim);
  world.lock(inode).unlock();
}
std::function<void(World&)> filesystem(std::size_t n) {
  return [n](World& world) {
    (void)world.lock(kInodes + kBlocks - 1), (void)world.variable(kInodes + kBlocks - 1);
    for (std::size_t i = 0; i < n; ++i) spawn(world, make_inode(world, i));
  };
}

// ---- a flag, a registration and a wake-up

Task<> check_then_register(World& world) {
  co_await core::point(world.sim);
  if (world.variable(0).read() != 0) co_return;
  co_await core::point(world.sim);
  world.variable(1).write() = 1;
  co_await world.fence(0).wait();
}
Task<> register_then_check(World& world) {
  co_await core::point(world.sim);
  world.variable(1).write() = 1;
  co_await core::point(world.sim);
  if (world.variable(0).read() != 0) co_return;
  co_await world.fence(0).wait();
}
Task<> set_and_wake(World& world) {
  co_await core::point(world.sim);
  world.variable(0).write() = 1;
  co_await core::point(world.sim);
  if (world.variable(1).read() == 0) co_return;
  co_await core::point(world.sim);
  world.fence(0).signal();
}
std::function<void(World&)> wakeup(Task<> (*waiter)(World&)) {
  return [waiter](World& world) {
    spawn(world, waiter(world));
    world.promise_signal(0, world.sim.spawn({"waker"}, set_and_wake(world)));
  };
}

// ---- a barrier: the last one of `expected` to arrive opens it

Task<> arrive(World& world, std::uint64_t expected) {
  co_await core::point(world.sim);
  const bool last = ++world.variable(0).write() == expected;
  if (last) {
    co_await core::point(world.sim);
    world.fence(0).signal();
  } else {
    co_await world.fence(0).wait();
  }
}
std::function<void(World&)> barrier(std::uint64_t expected) {
  return [expected](World& world) {
    for (std::size_t i = 0; i < 3; ++i)
      world.promise_signal(0, world.sim.spawn({"p" + std::to_string(i)}, arrive(world, expected)));
  };
}

}  // namespace

TEST_CASE("Readers and writers of one variable: published numbers of traces", "[litmus]") {
  const LitmusRow rows[] = {
      {"readers_2", readers(2), {4}},
      {"readers_8", readers(8), {256}},
      {"n_writers_a_reader_3", writers_and_a_reader(3), {24}},
      {"n_writers_a_reader_4", writers_and_a_reader(4), {120}},
      {"ainc_2", increments(2), {2}},
      {"ainc_3", increments(3), {6}},
      {"ainc_4", increments(4), {24}},
      {"ainc_5", increments(5), {120}},
      {"ainc_6", increments(6), {720}},
      {"ainc_7", increments(7), {5040}},
  };
  check_litmus(rows);
}

TEST_CASE("lastzero: (N + 3) 2^(N - 2) traces", "[litmus]") {
  const LitmusCode rows[] = {
      {"lastzero_1", lastzero(1), {2}},
      {"lastzero_2", lastzero(2), {5}},
      {"lastzero_3", lastzero(3), {.traces = 12, .blocked = 1}},
      {"lastzero_4", lastzero(4), {.traces = 28, .blocked = 7}},
      {"lastzero_5", lastzero(5), {.traces = 64, .blocked = 33}},
  };
  check_litmus(rows);
}

TEST_CASE("Thousands of traces of two published programs, by prover A alone", "[litmus]") {
  LitmusSubject many_readers(readers(13));
  check_litmus("readers_13", many_readers, {8192}, kProverAOnly);
  // Source sets without wakeup trees: most executions turn out redundant, never one complete.
  CodeSubject many_writers(lastzero(10));
  check_litmus("lastzero_10", many_writers, {.traces = 3328, .blocked = 16867}, kProverAOnly);
}

TEST_CASE("indexer: one trace up to 11 threads, then eight times as many with each thread",
          "[litmus]") {
  const LitmusCode rows[] = {
      {"indexer_11", indexer(11), {1}},
      {"indexer_12", indexer(12), {8}},
      {"indexer_13", indexer(13), {64}},
      {"indexer_14", indexer(14), {512}},
  };
  check_litmus(rows, kProverAOnly);
}

TEST_CASE("filesystem: 2^(N - 13) traces", "[litmus]") {
  const LitmusCode rows[] = {
      {"filesystem_14", filesystem(14), {2}},
      {"filesystem_16", filesystem(16), {8}},
      {"filesystem_18", filesystem(18), {32}},
      {"filesystem_19", filesystem(19), {64}},
  };
  check_litmus(rows, kProverAOnly);
}

TEST_CASE("A wake-up is lost between a check and the registration for it", "[litmus]") {
  const LitmusCode rows[] = {
      {"lost_wakeup", wakeup(check_then_register), {3, 1, 1}},
      {"lost_wakeup_fixed", wakeup(register_then_check), {3}},
  };
  check_litmus(rows);
}

TEST_CASE("A barrier that expects more than come: all orders of arrival end in one dead state",
          "[litmus]") {
  const LitmusCode rows[] = {
      {"barrier_3_ok", barrier(3), {6}},
      {"barrier_3_missing", barrier(4), {6, 6, 1}},
  };
  check_litmus(rows);
}
