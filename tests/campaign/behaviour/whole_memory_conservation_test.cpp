// Conservation laws where address spaces, process memory, page faults, user queues and evictions
// meet: random programs in random schedules.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/vm/gpu_vm.hpp"
#include "tests/campaign/random_walk.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using tests::pick;

namespace {

/// What a kind of driver can be asked for.
struct Kind {
  std::string stack;    ///< members of the stack besides name
  bool faults = false;  ///< long-running jobs fault on managed memory
};

const Kind kKinds[] = {
    {R"("preset": "vulkan-explicit")"},
    {R"("preset": "vulkan-explicit", "axes": {"bind": "async-state-at-submit", "userptr": "pin"})"},
    {R"("preset": "linux-implicit", "axes": {"bind": "async-prealloc"})"},
    {R"("preset": "linux-implicit", "axes": {"bind": "sync", "submission": {"policy": "kernel", "working_set": "mapped"}})"},
    {R"("preset": "xe-long-running")"},
    {R"("preset": "kfd")"},
    {R"("preset": "xe-fault-mode", "axes": {"hang": "none"})", true},
    {R"("preset": "xe-fault-mode", "axes": {"hang": "none", "residency": {"policy": "fault", "prefetch": "tree", "evict": "tree", "isolation": "preempt-on-fault"}})",
     true},
};

std::string random_operation(std::mt19937_64& random, const Kind& kind, int i) {
  const std::string buffer = pick(random, {"a", "b"}), pages = pick(random, {"heap", "table"});
  const auto wait = [&] {
    return random() % 2 ? fmt::format(R"(, {{"wait": {{"ops": ["j{}"]}}}})", i) : std::string();
  };
  switch (random() % (kind.faults ? 8 : 7)) {
    case 0: return fmt::format(R"({{"bind": {{"context": "draw", "buffer": "{}"}}}})", buffer);
    case 1:
      return fmt::format(R"({{"unbind": {{"context": "draw", "buffer": "{}", "bytes": "1 MiB"}}}})",
                         buffer);
    case 2:
      return fmt::format(
                 R"({{"id": "j{}", "submit": {{"context": "draw", "duration": "1 ms", "writes": ["{}"], "reads": ["{}"]}}}})",
                 i, buffer, pages) +
             wait();
    case 3:
      return fmt::format(
                 R"({{"id": "j{}", "submit": {{"context": "draw", "duration": "1 ms", "writes": ["{}"]}}}})",
                 i, pages) +
             wait();
    case 4: return fmt::format(R"({{"access": {{"writes": ["{}"]}}}})", pages);
    case 5: return R"({"compact": {}})";
    case 6:
      return fmt::format(R"({{"fork_mm": {{"buffers": ["{}"], "child_exits": "1 ms"}}}})", pages);
    default:
      return fmt::format(
                 R"({{"id": "j{}", "submit": {{"context": "faulting", "duration": "1 ms", "writes": [{{"buffer": "data", "pages": {{"pattern": "random", "touches": 12, "in_flight": 4}}}}]}}}})",
                 i) +
             wait();
  }
}

std::string random_process(std::mt19937_64& random, const Kind& kind, int number) {
  std::string program;
  for (int i = 0; i < 7; ++i) program += (i > 0 ? ", " : "") + random_operation(random, kind, i);
  return fmt::format(
      R"({{"name": "p{}", "memlock": "12 MiB",
          "contexts": [{{"name": "draw", "engine": "rcs0"}}{}],
          "buffers": [
            {{"name": "a", "size": "{} MiB", "gpu": "gpu0"}}, {{"name": "b", "size": "{} MiB", "gpu": "gpu0"}},
            {{"name": "heap", "size": "{} MiB", "userptr": true}}, {{"name": "table", "size": "5 MiB", "userptr": true}}{}],
          "threads": [{{"name": "main", "program": [{}]}}]}})",
      number,
      kind.faults ? R"(, {"name": "faulting", "engine": "ccs0", "long_running": true})" : "",
      3 + random() % 9, 3 + random() % 9, 3 + random() % 9,
      kind.faults ? R"(, {"name": "data", "size": "4 MiB", "memory": "managed"})" : "", program);
}

std::string random_scenario(std::mt19937_64& random, const Kind& kind) {
  return fmt::format(
      R"({{"format": 1, "name": "small", "horizon": "10 s", "platform": {{
          "memory": {{"size": "{} MiB", "swap": "1 GB/s"}},
          "gpus": [{{"name": "gpu0", "vram": "{} MiB", "engines": ["rcs0", "ccs0"]}}]}},
          "processes": [{}, {}], "stacks": [{{"name": "stack", {}}}]}})",
      pick(random, {"32", "48"}), pick(random, {"14", "24"}), random_process(random, kind, 0),
      random_process(random, kind, 1), kind.stack);
}

std::uint64_t tables_in(const models::Machine& machine, const models::MemoryPool& pool) {
  std::uint64_t bytes = 0;
  for (const auto& client : machine.clients())
    for (const auto& gpu : machine.gpus())
      if (const models::GpuVm* vm = client->existing_gpu_vm(*gpu))
        if (&pool == &vm->table_pool()) bytes += pool.rounded(vm->table_bytes_held());
  return bytes;
}

/// Nothing is in two places, and no pool holds more than it has, or less than what is known to be
/// in it: buffers and page tables. (Pages under way, ghosts and managed pages come on top.)
void check_books(scenarios::World& world) {
  models::Memory& memory = world.machine().memory();
  for (const auto& pool : memory.pools()) {
    std::uint64_t booked = 0;
    for (const auto& buffer : world.machine().buffers()) {
      const auto places = std::count(pool->lru.begin(), pool->lru.end(), buffer.get());
      REQUIRE(places == (buffer->pool == pool.get() ? 1 : 0));
      REQUIRE_FALSE((buffer->pool && buffer->swapped));
      if (buffer->pool == pool.get()) booked += pool->rounded(buffer->bytes());
    }
    REQUIRE(booked + tables_in(world.machine(), *pool) <= pool->used);
    REQUIRE(pool->used <= pool->capacity);
  }
}

/// All processes are gone, and everything with them.
void check_end(scenarios::World& world) {
  models::Memory& memory = world.machine().memory();
  for (const auto& pool : memory.pools()) {
    INFO(pool->name);
    CHECK(pool->used == 0);
  }
  CHECK(memory.swap_used == 0);
  for (const auto& buffer : world.machine().buffers()) {
    INFO(buffer->name());
    CHECK(buffer->resv().test_signaled(models::Usage::bookkeep));
    CHECK_FALSE(buffer->resv().lock().is_locked());
    if (buffer->user_pages()) CHECK_FALSE(buffer->user_pages()->page_lock().is_locked());
  }
}

}  // namespace

TEST_CASE("Bytes add up where address spaces, pages of processes, faults and evictions meet") {
  for (const Kind& kind : kKinds) {
    std::uint64_t ended = 0;
    constexpr std::uint64_t kPrograms = tests::kSanitized ? 20 : 60;
    for (std::uint64_t seed = 1; seed <= kPrograms; ++seed) {
      std::mt19937_64 random(seed);
      const std::string text = random_scenario(random, kind);
      INFO("seed " << seed << ": " << text);
      ended += tests::walk_randomly(text, seed, random, 6000, check_books, check_end);
    }
    INFO(kind.stack);
    CHECK(ended > kPrograms / 2);
  }
}
