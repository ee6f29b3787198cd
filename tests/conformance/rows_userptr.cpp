// Rows of the semantic test table on memory of a process that a GPU uses.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

/// 1 MiB of process memory, read by jobs of one thread and mapped anew by what `more` says.
fencelab::campaign::RunRecord run(const std::string& threads, const std::string& userptr) {
  const std::string app =
      R"({"name": "app", "buffers": [{"name": "u", "size": "1 MiB", "userptr": true}],
          "contexts": [{"name": "a", "engine": "rcs0"}], "threads": [)" +
      threads + "]}";
  return run_small({.gpu = {},
                    .resources = {},
                    .processes = app,
                    .stack = free_ioctls_with(R"("userptr": )" + userptr),
                    .links = {}});
}

std::string thread(const std::string& name, const std::string& program,
                   const std::string& start = "0 s") {
  return R"({"name": ")" + name + R"(", "start": ")" + start + R"(", "program": [)" + program +
         "]}";
}

std::string job(const std::string& id, const std::string& duration) {
  return R"({"id": ")" + id + R"(", "submit": {"context": "a", "duration": ")" + duration +
         R"(", "reads": ["u"]}}, {"wait": {"ops": [")" + id + R"("]}})";
}

}  // namespace

TEST_CASE("T117: memory that is unmapped and mapped anew between two jobs is got anew") {
  const auto remapped =
      run(thread("main", job("one", "1 ms") + R"(, {"invalidate": "u"}, )" + job("two", "1 ms")),
          R"({"policy": "notifier-wait", "page_cost": "1 us"})");
  CHECK(number(remapped, "absences_count") == 0);
  CHECK(number(remapped, "makespan_ns") == 2 * kMs + 2 * 256 * kUs);  // 256 pages, twice
}

TEST_CASE("T118: userptr pages that go while jobs run are waited for, and later jobs get others") {
  const std::string threads = thread("jobs", job("one", "20 ms") + ", " + job("two", "5 ms")) +
                              ", " + thread("remaps", R"({"invalidate": "u"})", "10 ms");
  const auto waited = run(threads, R"({"policy": "notifier-wait", "page_cost": "0 ns"})");
  CHECK(number(waited, "absences_count") == 0);
  CHECK(number(waited, "jobs_done_count") == 2);
  CHECK(number(waited, "invalidations_count") == 1);
  CHECK(number(waited, "notifier_time_ns") == 10 * kMs);
  // The pages stay with the device: the first job loses sight of the process's, so does the second.
  const auto pinned = run(threads, R"({"policy": "pin", "page_cost": "0 ns"})");
  CHECK(number(pinned, "absences_count") == 2);
  CHECK(number(pinned, "notifier_time_ns") == 0);
}
