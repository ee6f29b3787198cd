// Conservation laws of memory: random programs on GPUs with little VRAM, whatever the way buffers
// are moved, in random schedules, looked at after every step.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/campaign/behaviour/small_run.hpp"
#include "tests/campaign/random_walk.hpp"

using namespace fencelab;
using tests::pick;

namespace {

std::string random_process(std::mt19937_64& random, int number) {
  std::string program;
  for (int i = 0; i < 6; ++i) {
    const std::string name = pick(random, {"a", "b", "c", "shared"});
    const std::string other = pick(random, {"a", "b", "shared"});
    if (i > 0) program += ", ";
    program += fmt::format(R"({{"alloc": "{}"}}, )", name);
    program += fmt::format(
        R"({{"id": "j{}", "submit": {{"context": "c", "duration": "1 ms", "writes": ["{}"]{}}}}})",
        i, name, other == name ? "" : fmt::format(R"(, "reads": ["{}"])", other));
    if (random() % 2) program += fmt::format(R"(, {{"wait": {{"ops": ["j{}"]}}}})", i);
    if (name != "shared" && random() % 4 == 0)
      program += fmt::format(R"(, {{"madvise": {{"buffer": "{}", "advice": "dontneed"}}}})", name);
  }
  const std::string share = pick(random, {"", R"("dmem": {"max": "40 MiB"},)",
                                          R"("dmem": {"min": "10 MiB", "low": "24 MiB"},)"});
  return fmt::format(
      R"({{"name": "p{}", {} "contexts": [{{"name": "c", "engine": "{}"}}], "buffers": [
          {{"name": "a", "size": "{} MiB", "gpu": "gpu0", "placement": ["vram", "gtt"]}},
          {{"name": "b", "size": "{} MiB", "gpu": "gpu0", "priority": {}, "placement": ["vram", {{"in": "gtt", "when": "fallback"}}]}},
          {{"name": "c", "size": "{} MiB", "gpu": "gpu0"}}],
          "threads": [{{"name": "main", "program": [{}]}}]}})",
      number, share, pick(random, {"rcs0", "bcs0"}), 8 + random() % 24, 8 + random() % 24,
      random() % 3, 8 + random() % 24, program);
}

std::string random_scenario(std::mt19937_64& random) {
  const std::string gtt =
      pick(random, {"", R"("gtt": "48 MiB",)", R"("gtt": "48 MiB", "evict_to": "system",)"});
  const std::string residency =
      pick(random, {R"("bo-fence")", R"({"policy": "bo-fence", "moves": "pipelined"})",
                    R"({"policy": "bo-fence", "moves": "pipelined", "clear_per_mib": "10 us"})",
                    R"({"policy": "bo-fence", "walk": "trylock", "validation": "exhaustive"})"});
  return fmt::format(
      R"({{"format": 1, "name": "small", "horizon": "10 s", "platform": {{
          "memory": {{"size": "{} MiB", "page": "4 KiB"}},
          "gpus": [{{"name": "gpu0", "vram": "64 MiB", {} "vram_page": "{}", "engines": ["rcs0", "bcs0"]}}]}},
          "buffers": [{{"name": "shared", "size": "13 MiB", "gpu": "gpu0"}}],
          "processes": [{}, {}], "stacks": [{{"name": "stack", {}}}]}})",
      pick(random, {"96", "256"}), gtt, pick(random, {"64 KiB", "2 MiB"}),
      random_process(random, 0), random_process(random, 1),
      tests::free_ioctls_with(R"("residency": )" + residency));
}

std::size_t count(const models::MemoryPool& pool, const models::Buffer* buffer) {
  return static_cast<std::size_t>(std::count(pool.lru.begin(), pool.lru.end(), buffer));
}

/// Nothing is in two places, and each pool holds at least what is in it: the rest is on its way.
void check_books(models::Memory& memory, const models::Machine& machine) {
  const auto look = [&](const models::MemoryPool& pool, bool aperture) {
    std::uint64_t booked = 0;
    for (const auto& buffer : machine.buffers()) {
      const bool in = (aperture ? buffer->aperture : buffer->pool) == &pool;
      REQUIRE(count(pool, buffer.get()) == (in ? 1u : 0u));
      if (in) booked += pool.rounded(buffer->bytes());
    }
    REQUIRE(booked <= pool.used);
    REQUIRE((pool.capacity == 0 || pool.used <= pool.capacity));
  };
  for (const auto& pool : memory.pools()) look(*pool, false);
  for (const auto& pool : memory.apertures()) look(*pool, true);
  for (const auto& buffer : machine.buffers()) {
    REQUIRE((!buffer->aperture || buffer->pool == &memory.system()));
    REQUIRE_FALSE((buffer->pool && buffer->swapped));
  }
}

void check_shares(models::Memory& memory, const models::Machine& machine) {
  for (const auto& pool : memory.pools())
    for (const auto& client : machine.clients()) {
      const models::DmemGroup* const group = pool->group_of(client.get());
      if (!group) continue;
      std::uint64_t charged = 0;
      for (const auto& buffer : machine.buffers())
        if (buffer->charged == group) charged += pool->rounded(buffer->bytes());
      REQUIRE(charged == group->used());
      REQUIRE(group->used() <= group->limits().max);
    }
}

/// When all is over nothing is booked that is in no buffer, and no fence is left to signal.
void check_end(models::Memory& memory, const models::Machine& machine) {
  for (const auto* pools : {&memory.pools(), &memory.apertures()})
    for (const auto& pool : *pools) {
      std::uint64_t booked = 0;
      for (const models::Buffer* buffer : pool->lru) booked += pool->rounded(buffer->bytes());
      REQUIRE(booked == pool->used);
    }
  for (const auto& buffer : machine.buffers()) {
    REQUIRE(buffer->resv().test_signaled(models::Usage::bookkeep));
    REQUIRE_FALSE(buffer->resv().lock().is_locked());
    REQUIRE((!buffer->owner() || !buffer->pool));  // its process is gone
  }
}

}  // namespace

TEST_CASE("Bytes of all pools add up after every step, however buffers are moved") {
  std::uint64_t ended = 0, evicted = 0, bound = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    std::mt19937_64 random(seed);
    const std::string text = random_scenario(random);
    INFO("seed " << seed << ": " << text);
    ended += tests::walk_randomly(
        text, seed, random, 4000,
        [](scenarios::World& world) {
          check_books(world.machine().memory(), world.machine());
          check_shares(world.machine().memory(), world.machine());
        },
        [&](scenarios::World& world) {
          models::Memory& memory = world.machine().memory();
          check_end(memory, world.machine());
          for (const auto& pool : memory.apertures()) bound += pool->peak;
          evicted += memory.system().peak;
        });
  }
  CHECK(ended > 40);
  CHECK(evicted > 0);
  CHECK(bound > 0);
}
