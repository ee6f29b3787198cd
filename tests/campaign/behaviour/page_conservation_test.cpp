// Every byte of managed memory is given back, whenever somebody frees it, touches it or is killed.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/runtime/world.hpp"

using namespace fencelab;

namespace {

/// Bytes that are in no pool any more when nothing is left to do.
std::uint64_t left_over(const std::string& extra_thread, const std::string& faults,
                        const std::string& policy) {
  const std::string text = fmt::format(
      R"({{"format": 1, "name": "small", "platform": {{"memory": {{"size": "64 MiB"}},
          "gpus": [{{"name": "gpu0", "engines": ["ccs0"], "vram": "3 MiB"}}]}},
          "processes": [{{"name": "p",
            "buffers": [{{"name": "a", "memory": "managed", "size": "4 MiB"}},
                        {{"name": "b", "memory": "managed", "size": "1 MiB"}}],
            "contexts": [{{"name": "c", "long_running": true}}],
            "threads": [{{"name": "main", "program": [
              {{"access": {{"writes": ["a"]}}}},
              {{"submit": {{"context": "c", "duration": "1 ms", "writes": ["a"]}}}},
              {{"id": "j", "submit": {{"context": "c", "duration": "1 ms", "writes": ["b", {{"buffer": "a", "pages": {{"pattern": "random", "touches": 50}}}}]}}}},
              {{"wait": {{"ops": ["j"]}}}}]}}{}]}}], {}
          "stacks": [{{"name": "s", "preset": "xe-fault-mode", "axes": {{"hang": "none",
            "residency": {{"policy": "fault", {}}}}}}}]}})",
      extra_thread, faults, policy);
  const auto registry = policies::Registry::built_in();
  const auto loaded =
      scenarios::load_scenario(text, "small", scenarios::policy_names(registry, {}));
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  REQUIRE(stack);
  core::Simulation simulation;
  models::platform::SharedHardware hardware(simulation, {});
  policies::RunState run(simulation);
  scenarios::World world(simulation, hardware, *loaded, *stack, run);
  world.start();
  simulation.run();
  CHECK(simulation.unfinished() == 0);
  std::uint64_t bytes = 0;
  for (const auto& pool : world.machine().memory().pools()) bytes += pool->used;
  return bytes;
}

const std::string kPolicies[] = {R"("evict": "lru2m")", R"("evict": "lru4k", "prefetch": "none")",
                                 R"("evict": "tree")",
                                 R"("access_counter": 20, "races": "timeslice")"};

}  // namespace

TEST_CASE("Managed memory that is freed at any instant is given back") {
  for (const std::string& policy : kPolicies)
    for (int at = 0; at < 4000; at += 97) {
      INFO(policy << ", freed at " << at << " us");
      CHECK(left_over(
                fmt::format(
                    R"(, {{"name": "free", "start": "{} us", "program": [{{"free": "a"}}]}})", at),
                "", policy) == 0);
    }
}

TEST_CASE("So is that of a process which is killed, or whose other thread touches it meanwhile") {
  for (const std::string& policy : kPolicies)
    for (int at = 1; at < 4000; at += 97) {
      INFO(policy << ", at " << at << " us");
      CHECK(
          left_over("",
                    fmt::format(
                        R"("faults": [{{"kind": "kill", "process": "p", "when": "{} us"}}],)", at),
                    policy) == 0);
      CHECK(
          left_over(
              fmt::format(
                  R"(, {{"name": "touch", "start": "{} us", "program": [{{"access": {{"reads": ["a"]}}}}]}})",
                  at),
              "", policy) == 0);
    }
}
