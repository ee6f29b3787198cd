// Bytes of system memory are never lost or counted twice, whatever happens in whatever order:
// random programs, random schedules, looked at after every step.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "models/cpu/zone.hpp"
#include "tests/campaign/behaviour/reclaim_run.hpp"
#include "tests/campaign/random_walk.hpp"

using namespace fencelab;
using tests::pick;

namespace {

/// A thread that allocates, uses and frees memory of all kinds, some of it for a GPU.
std::string random_process(std::mt19937_64& random, int number) {
  const std::vector<std::string> names = {"heap", "file", "grid", "slab", "gem.0", "gem.1"};
  std::string program;
  for (int i = 0; i < 6; ++i) {
    const std::string name = pick(random, names);
    const std::string gfp = pick(random, {"kernel", "kernel", "nofs", "noio", "nowait", "atomic"});
    if (i > 0) program += ", ";
    program += fmt::format(R"({{"alloc": {{"buffer": "{}", "gfp": "{}"}}}})", name, gfp);
    if (name.starts_with("gem") || name == "grid")
      program += fmt::format(
          R"(, {{"submit": {{"context": "c", "duration": "1 ms", "writes": ["{}"]}}}})", name);
    else if (random() % 3 == 0)
      program += fmt::format(R"(, {{"free": "{}"}})", name);
    if (name.starts_with("gem") && random() % 2)
      program += fmt::format(R"(, {{"madvise": {{"buffer": "{}", "advice": "dontneed"}}}})", name);
  }
  return fmt::format(
      R"({{"name": "p{}", "contexts": [{{"name": "c", "engine": "rcs0"}}], "buffers": [
          {{"name": "heap", "size": "{} MiB", "memory": "anonymous", "allocated": false}},
          {{"name": "file", "size": "9 MiB", "memory": "file", "allocated": false}},
          {{"name": "grid", "size": "12 MiB", "userptr": true, "allocated": false}},
          {{"name": "slab", "size": "5 MiB", "memory": "kernel", "allocated": false}},
          {{"name": "gem", "size": "11 MiB", "gpu": "gpu0", "count": 2, "allocated": false}}],
          "threads": [{{"name": "main", "program": [{}]}}]}})",
      number, 8 + random() % 20, program);
}

std::uint64_t in_cache(const models::Zone& zone) {
  models::PageCache& cache = const_cast<models::Zone&>(zone).page_cache();
  return cache.clean() + cache.dirty() + cache.writing();
}

void check_books(models::Memory& memory, scenarios::World& world) {
  const models::MemoryPool& pool = memory.system();
  std::uint64_t booked = in_cache(*memory.zone());
  for (const auto& buffer : world.machine().buffers()) {
    const auto places = std::count(pool.lru.begin(), pool.lru.end(), buffer.get());
    REQUIRE(places == (buffer->pool == &pool ? 1 : 0));
    REQUIRE_FALSE((buffer->pool && buffer->swapped));
    if (buffer->pool == &pool) booked += buffer->bytes();
  }
  REQUIRE(booked == pool.used);
  REQUIRE(pool.used <= pool.capacity);
}

void check_swap(models::Memory& memory, scenarios::World& world) {
  std::uint64_t swapped = 0;
  for (const auto& buffer : world.machine().buffers())
    if (buffer->swapped && buffer->kind() != models::MemoryKind::file) swapped += buffer->bytes();
  REQUIRE(swapped == memory.swap_used);
}

}  // namespace

TEST_CASE("Bytes of system memory add up after every step, and none are left at the end") {
  std::uint64_t swapped = 0, dropped = 0, killed = 0, ended = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    tests::MemoryScenario scenario;
    scenario.memory = pick(random, {R"("page_cache": {"clean": "30 MiB"})",
                                    R"("page_cache": {"clean": "10 MiB", "dirty": "30 MiB"},
                                       "disk": {"bandwidth": "1 GB/s", "swap": "64 MiB"})",
                                    R"("disk": {"bandwidth": "1 GB/s", "swap": "24 MiB"})"});
    scenario.axes = pick(random, {"", R"("reclaim": "kswapd-waits")", R"("reclaim": "no-gpu")",
                                  R"("reclaim": "ignores-fs")", R"("userptr": "pin")"});
    scenario.processes = random_process(random, 0) + "," + random_process(random, 1);
    const std::string text = tests::memory_scenario(scenario);
    INFO("seed " << seed << ": " << text);
    ended += tests::walk_randomly(
        text, seed, random, 3000,
        [](scenarios::World& world) { check_books(world.machine().memory(), world); },
        [&](scenarios::World& world) {
          models::Memory& memory = world.machine().memory();
          check_swap(memory, world);
          REQUIRE(memory.swap_used == 0);
          REQUIRE(memory.system().used == in_cache(*memory.zone()));
          const auto& counters = memory.zone()->counters();
          swapped += counters.direct_bytes + counters.kswapd_bytes;
          dropped += counters.dropped_bytes;
          killed += memory.zone()->oom().kills();
        });
  }
  CHECK(ended > 30);
  CHECK(swapped > 0);
  CHECK(dropped > 0);
  CHECK(killed > 0);
}
