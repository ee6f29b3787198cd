// What updates of address spaces cost, and who waits for them. An update takes 2 us and 16 ns for
// each entry, and 10 us for the TLB if it takes something away.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

/// One process with contexts "c" on rcs0 and "d" on ccs0.
fencelab::campaign::RunRecord run_program(const std::string& program, const std::string& buffers,
                                          const std::string& stack) {
  return run_small(
      {.gpu = R"("vram": "128 MiB")",
       .resources = R"("buffers": [)" + buffers + "],",
       .processes =
           R"({"name": "p", "contexts": [{"name": "c", "engine": "rcs0"}, {"name": "d", "engine": "ccs0"}], "threads": [{"name": "main", "program": [)" +
           program + R"(]}]})",
       .stack = stack,
       .links = {}});
}

const std::string kPage = R"({"name": "page", "size": "4 KiB"})";
const std::string kSync = free_ioctls_with(R"("bind": "sync")");

std::string job(const std::string& id, const std::string& duration, const std::string& rest = {},
                const std::string& context = "c") {
  return R"({"id": ")" + id + R"(", "submit": {"context": ")" + context + R"(", "duration": ")" +
         duration + R"(")" + rest + R"(}}, {"wait": {"ops": [")" + id + R"("]}})";
}

}  // namespace

TEST_CASE("A bind writes entries, and what takes some away waits for the TLB as well") {
  const std::string bind = R"({"bind": {"context": "c", "buffer": "page", "at": "0x1000"}},)";
  const auto once = run_program(bind + job("j", "1 ms"), kPage, kSync);
  CHECK(number(once, "makespan_ns") == 2'016 + 1 * kMs);
  const auto undone = run_program(
      bind + R"({"unbind": {"context": "c", "buffer": "page"}},)" + job("j", "1 ms"), kPage, kSync);
  CHECK(number(undone, "makespan_ns") == 2'016 + 12'016 + 1 * kMs);
  // The same bytes at the same place: entries are kept.
  const auto again = run_program(bind + bind + job("j", "1 ms"), kPage, kSync);
  CHECK(number(again, "makespan_ns") == 2'016 + 2'000 + 1 * kMs);
  const auto replaced = run_program(
      bind + R"({"bind": {"context": "c", "buffer": "other", "at": "0x1000"}},)" + job("j", "1 ms"),
      kPage + R"(, {"name": "other", "size": "4 KiB"})", kSync);
  CHECK(number(replaced, "makespan_ns") == 2'016 + 12'016 + 1 * kMs);
}

TEST_CASE("2 MiB of VRAM take one entry where they are aligned, 512 in system memory") {
  const auto bind_of = [](const std::string& buffer, const std::string& at) {
    return run_program(
        R"({"bind": {"context": "c", "buffer": "b", "at": ")" + at + R"("}},)" + job("j", "1 ms"),
        R"({"name": "b", "size": "64 MiB")" + buffer + "}", kSync);
  };
  const std::string vram = R"(, "gpu": "gpu0")";
  CHECK(number(bind_of(vram, "0x40000000"), "makespan_ns") == 2'000 + 32 * 16 + 1 * kMs);
  CHECK(number(bind_of(vram, "0x40001000"), "makespan_ns") == 2'000 + 16384 * 16 + 1 * kMs);
  CHECK(number(bind_of("", "0x40000000"), "makespan_ns") == 2'000 + 16384 * 16 + 1 * kMs);
}

TEST_CASE("A job that touches what nothing maps is told of, byte by byte") {
  const std::string bind =
      R"({"bind": {"context": "c", "buffer": "two", "offset": "4 KiB", "bytes": "4 KiB"}},)";
  const std::string buffer = R"({"name": "two", "size": "8 KiB"})";
  const auto inside =
      run_program(bind + job("j", "1 ms", R"(, "reads": [{"buffer": "two", "offset": "5 KiB"}])"),
                  buffer, kSync);
  CHECK(number(inside, "absences_count") == 0);
  const auto outside =
      run_program(bind + job("j", "1 ms", R"(, "reads": [{"buffer": "two", "offset": "4095 B"}])"),
                  buffer, kSync);
  CHECK(number(outside, "absences_count") == 1);
}

TEST_CASE("In-fences of a bind hold back the ioctl of a long-running address space, no other") {
  const std::string program =
      R"({"id": "long", "submit": {"context": "c", "duration": "20 ms"}},
         {"id": "map", "bind": {"context": "d", "buffer": "page", "after": ["long"]}},)" +
      job("short", "10 ms", "", "d") + R"(, {"wait": {"ops": ["map"]}})";
  const auto kernel = run_program(
      program, kPage, free_ioctls_with(R"("bind": "async-state-at-submit")", "vulkan-explicit"));
  CHECK(number(kernel, "makespan_ns") < 21 * kMs);
  const auto user = run_program(
      program, kPage,
      R"("preset": "user-queues-preempt-ctx", "axes": {"bind": "async-state-at-submit"})");
  CHECK(number(user, "makespan_ns") > 30 * kMs);
}

TEST_CASE("Private buffers of one address space do not synchronise its queues, but hold memory") {
  const auto two_writers = [](const std::string& kind) {
    return run_program(
        R"({"id": "a", "submit": {"context": "c", "duration": "10 ms", "writes": ["x"]}},
           {"id": "b", "submit": {"context": "d", "duration": "10 ms", "writes": ["y"]}},
           {"wait": {"ops": ["a", "b"]}})",
        R"({"name": "x", "size": "1 MiB", "process": "p")" + kind +
            R"(}, {"name": "y", "size": "1 MiB", "process": "p")" + kind + "}",
        kFreeIoctls);
  };
  // Under implicit sync, too: one reservation for both does not order their writers.
  CHECK(number(two_writers(R"(, "private": true)"), "makespan_ns") == 10 * kMs);
  CHECK(number(two_writers(""), "makespan_ns") == 10 * kMs);
}

TEST_CASE("Page tables are system memory, or VRAM where the driver says so") {
  const std::string program = R"({"bind": {"context": "c", "buffer": "page"}},)" + job("j", "1 ms");
  const auto system = run_program(program, kPage, kSync);
  CHECK(number(system, "system_peak_bytes") == 3 * 4096);
  CHECK(number(system, "vram_peak_bytes") == 0);
  const auto vram = run_program(
      program, kPage, free_ioctls_with(R"("bind": {"policy": "sync", "tables": "vram"})"));
  CHECK(number(vram, "system_peak_bytes") == 0);
  CHECK(number(vram, "vram_peak_bytes") == 3 * 4096);
}
