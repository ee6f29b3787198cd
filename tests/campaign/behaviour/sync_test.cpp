// Which fences a job waits for under each sync policy, seen in when it runs.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

std::string sync(const std::string& policy) { return "\"sync\": \"" + policy + "\""; }

std::string job(const std::string& duration, const std::string& accesses) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration + "\", " + accesses +
         R"(}}, {"wait": {"ops": ["j"]}})";
}

const std::string kBuffer = R"("buffers": [{"name": "b", "size": "8 MiB"}],)";

/// A writer of 2 ms on one engine, then two readers of 4 ms on two others, all of other processes.
fencelab::campaign::RunRecord writer_and_readers(const std::string& policy) {
  return run_small(
      {.gpu = {},
       .resources = kBuffer,
       .processes =
           process("writer", R"("engine": "rcs0")", job("2 ms", R"("writes": ["b"])")) + "," +
           process("one", R"("engine": "ccs0")", job("4 ms", R"("reads": ["b"])"), "1 us") + "," +
           process("two", R"("engine": "bcs0")", job("4 ms", R"("reads": ["b"])"), "2 us"),
       .stack = free_ioctls_with(sync(policy)),
       .links = {}});
}

/// One process writes on one engine and reads on another without saying so.
fencelab::campaign::RunRecord own_work(const std::string& policy) {
  return run_small(
      {.gpu = {},
       .resources = kBuffer,
       .processes =
           R"({"name": "p", "contexts": [{"name": "w", "engine": "rcs0"}, {"name": "r", "engine": "ccs0"}],
               "threads": [{"name": "main", "program": [
                 {"id": "w", "submit": {"context": "w", "duration": "2 ms", "writes": ["b"]}},
                 {"id": "r", "submit": {"context": "r", "duration": "4 ms", "reads": ["b"]}},
                 {"wait": {"ops": ["w", "r"]}}]}]})",
       .stack = free_ioctls_with(sync(policy)),
       .links = {}});
}

/// Two processes write the two halves of one buffer.
fencelab::campaign::RunRecord two_halves(const std::string& policy) {
  const std::string low = R"("writes": [{"buffer": "b", "offset": "0 B", "bytes": "4 MiB"}])";
  const std::string high = R"("writes": [{"buffer": "b", "offset": "4 MiB", "bytes": "4 MiB"}])";
  return run_small({.gpu = {},
                    .resources = kBuffer,
                    .processes = process("low", R"("engine": "rcs0")", job("2 ms", low)) + "," +
                                 process("high", R"("engine": "ccs0")", job("3 ms", high), "1 us"),
                    .stack = free_ioctls_with(sync(policy)),
                    .links = {}});
}

/// A reader of 5 ms, then a writer of another process.
fencelab::campaign::RunRecord reader_then_writer(const std::string& policy) {
  return run_small(
      {.gpu = {},
       .resources = kBuffer,
       .processes =
           process("reader", R"("engine": "rcs0")", job("5 ms", R"("reads": ["b"])")) + "," +
           process("writer", R"("engine": "ccs0")", job("1 ms", R"("writes": ["b"])"), "1 us"),
       .stack = free_ioctls_with(sync(policy)),
       .links = {}});
}

}  // namespace

TEST_CASE("Readers wait for the writer and not for each other") {
  for (const char* policy : {"implicit", "implicit-legacy", "oracle"}) {
    INFO(policy);
    const auto run = writer_and_readers(policy);
    CHECK(number(run, "makespan_ns") == 6 * kMs);
    CHECK(number(run, "dependencies_needed_count") == 2);
    CHECK(number(run, "dependencies_false_count") == 0);
    CHECK(number(run, "hazards_count") == 0);
  }
}

TEST_CASE("amdgpu publishes every access as a write: readers of other processes queue up") {
  const auto run = writer_and_readers("implicit-amdgpu");
  CHECK(number(run, "makespan_ns") == 10 * kMs);
  CHECK(number(run, "dependencies_needed_count") == 2);
  CHECK(number(run, "dependencies_false_count") == 1);
  // The second reader's engine stood idle while it waited for the first: 4 ms for nothing.
  CHECK(number(run, "oversync_time_ns") == 4 * kMs);
}

TEST_CASE("Without synchronisation readers run into the writer, and that is a hazard each") {
  const auto run = writer_and_readers("none");
  CHECK(number(run, "makespan_ns") == 4 * kMs + 2 * kUs);
  CHECK(number(run, "races_count") == 2);
}

TEST_CASE("A process's own work: dma_resv orders it, amdgpu's owner rule does not") {
  for (const char* policy : {"implicit", "implicit-legacy", "explicit", "oracle"}) {
    INFO(policy);
    CHECK(number(own_work(policy), "makespan_ns") == 6 * kMs);
    CHECK(number(own_work(policy), "races_count") == 0);
  }
  const auto run = own_work("implicit-amdgpu");
  CHECK(number(run, "makespan_ns") == 4 * kMs);
  CHECK(number(run, "races_count") == 1);
}

TEST_CASE("A buffer is one thing to dma_resv, whatever bytes of it are touched") {
  const auto implicit = two_halves("implicit");
  CHECK(number(implicit, "makespan_ns") == 5 * kMs);
  CHECK(number(implicit, "dependencies_false_count") == 1);
  CHECK(number(implicit, "oversync_time_ns") == 2 * kMs - kUs);
  const auto oracle = two_halves("oracle");
  CHECK(number(oracle, "makespan_ns") == 3 * kMs + kUs);
  CHECK(number(oracle, "races_count") == 0);
}

TEST_CASE("A writer waits for readers, and explicit sync of strangers waits for nobody") {
  for (const char* policy : {"implicit", "implicit-legacy", "implicit-amdgpu", "oracle"}) {
    INFO(policy);
    CHECK(number(reader_then_writer(policy), "makespan_ns") == 6 * kMs);
  }
  const auto run = reader_then_writer("explicit");
  CHECK(number(run, "makespan_ns") == 5 * kMs);
  CHECK(number(run, "races_count") == 1);
}
