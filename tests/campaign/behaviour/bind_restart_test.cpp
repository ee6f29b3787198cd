// Binds that get no memory when they run, and wait until their process restarts them.
#include <catch2/catch.hpp>

#include "campaign/run_one.hpp"
#include "campaign/run_watched.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

/// A process that fills memory behind the back of a bind, which wants 12 KiB when it runs at 5 ms.
/// `handler`: elements of the list of its other threads, each after a comma.
fencelab::campaign::RunRecord run(const std::string& errors, const std::string& handler,
                                  const std::string& more = {}) {
  return run_text(
      R"({"format": 1, "name": "small", "horizon": "2 s",
          "platform": {"memory": {"size": "64 KiB"}, "gpus": [{"name": "gpu0", "vram": "64 MiB", "engines": ["rcs0"]}]},
          "buffers": [{"name": "texture", "size": "2 MiB", "gpu": "gpu0"},
                      {"name": "cache", "size": "56 KiB", "memory": "anonymous", "allocated": false, "process": "p"}],
          "timelines": ["failures", "handled"], )" +
          more + R"("processes": [{"name": "p", "contexts": [{"name": "c")" + errors +
          R"(}], "threads": [{"name": "main", "program": [
            {"id": "warm", "submit": {"context": "c", "duration": "5 ms"}},
            {"id": "map", "bind": {"context": "c", "buffer": "texture", "after": ["warm"]}},
            {"id": "j", "submit": {"context": "c", "duration": "2 ms", "reads": ["texture"]}},
            {"alloc": "cache"}, {"wait": {"ops": ["j"]}}]})" +
          handler + R"(]}],
          "stacks": [{"name": "s", "preset": "vulkan-explicit", "axes": {"hang": "none", "bind": {"policy": "async-exact", "on_failure": "restart"}}}]})",
      [](const auto& scenario, const auto& stack) {
        return fencelab::campaign::run_one(scenario, stack, 1);
      });
}

const std::string kErrors = R"(, "bind_errors": {"report": "failures", "restart": "handled"})";

std::string wait_for_failure(int number) {
  return R"({"wait": {"values": [{"timeline": "failures", "value": )" + std::to_string(number) +
         R"(}]}})";
}

std::string restart(int number) {
  return R"({"signal": {"timeline": "handled", "value": )" + std::to_string(number) + "}}";
}

std::string thread(const std::string& program) {
  return R"(, {"name": "handler", "program": [)" + program + "]}";
}

}  // namespace

TEST_CASE("A bind that failed is tried again when its process says so, and may fail again") {
  // At 5 ms it fails, at 9 ms again, and at 14 ms there is memory: 5 + 4 + 5 + 0.01 + 2 ms.
  const auto record =
      run(kErrors,
          thread(wait_for_failure(1) + R"(, {"think": "4 ms"}, )" + restart(1) + ", " +
                 wait_for_failure(2) + R"(, {"think": "5 ms"}, {"free": "cache"}, )" + restart(2)));
  CHECK(record.verdict == "complete");
  CHECK(number(record, "jobs_done_count") == 2);
  CHECK(number(record, "jobs_lost_count") == 0);
  CHECK(number(record, "makespan_ns") > (5 + 4 + 5 + 2) * kMs);
  CHECK(number(record, "makespan_ns") < (5 + 4 + 5 + 3) * kMs);
}

TEST_CASE("A restart that was asked for before there was a failure counts for it") {
  const auto record =
      run(kErrors, thread(R"({"think": "1 ms"}, )" + restart(1) + ", " + wait_for_failure(2) +
                          R"(, {"free": "cache"}, )" + restart(2)));
  CHECK(record.verdict == "complete");
  CHECK(number(record, "jobs_done_count") == 2);
}

TEST_CASE("Where nobody is told, nobody restarts the bind") {
  const auto record = run("", "");
  CHECK(record.verdict == "orphan");
  REQUIRE(record.incidents.size() == 1);
  CHECK(record.incidents[0].text.find("value bind restarts of p >= 1") != std::string::npos);
}

TEST_CASE("A process that is killed restarts nothing, and holds nobody up") {
  const auto record =
      run(kErrors, "", R"("faults": [{"kind": "kill", "process": "p", "when": "8 ms"}],)");
  CHECK(record.verdict == "complete");
  CHECK(number(record, "jobs_lost_count") == 1);
}

// Found with random scenarios: where orders were watched, one more object was made, and all later
// ones had other numbers.
TEST_CASE("Who watches a bind that may be restarted changes nothing") {
  const std::string text =
      R"({"format": 1, "name": "small", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
          "buffers": [{"name": "b", "size": "64 KiB"}],
          "processes": [{"name": "p", "contexts": [{"name": "c"}], "threads": [{"name": "t", "program": [
            {"bind": {"context": "c", "buffer": "b"}},
            {"submit": {"context": "c", "duration": "1 us"}}]}]}],
          "stacks": [{"name": "s", "preset": "vulkan-explicit", "axes": {"bind": {"policy": "async-exact", "on_failure": "restart"}}}]})";
  const auto alone = run_text(text, [](const auto& scenario, const auto& stack) {
    return fencelab::campaign::run_one(scenario, stack, 1);
  });
  const auto watched = run_text(text, [](const auto& scenario, const auto& stack) {
    return fencelab::campaign::run_watched(scenario, stack, 1);
  });
  CHECK(watched.values.at("fingerprint") == alone.values.at("fingerprint"));
}
