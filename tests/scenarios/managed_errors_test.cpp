// Mistakes in what a scenario says of managed memory, and what it means when it is right.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;
namespace models = fencelab::models;

namespace {

/// Two GPUs, a buffer, and a job of the first GPU that reads `access`.
std::string text_of(const std::string& buffer, const std::string& access) {
  return R"({"format": 1, "name": "m", "platform": {"gpus": [{"name": "g0", "engines": ["e"]},
             {"name": "g1", "engines": ["e"]}]}, "buffers": [{"name": "b", "size": "1 MiB")" +
         buffer +
         R"(}], "processes": [{"name": "p", "contexts": [{"name": "c", "gpu": "g0", "long_running": true}],
             "threads": [{"name": "main", "program": [{"submit": {"context": "c", "duration": "1 ms", "reads": [)" +
         access + R"(]}}]}]}], "stacks": ["some"]})";
}

const std::string kManaged = R"(, "memory": "managed")";
const std::string kSubmit = "/processes/0/threads/0/program/0/submit";

}  // namespace

TEST_CASE("managed memory is shared with one GPU, the first unless it says so", "[scenarios]") {
  const Loaded<Scenario> right = load(text_of(kManaged, R"("b")"));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  CHECK(right->buffers.front().kind == models::MemoryKind::managed);
  CHECK(right->buffers.front().gpu == 0);
  CHECK(right->processes.front().contexts.front().long_running);
  check_only_error(text_of(kManaged + R"(, "gpu": "g1")", R"("b")"),
                   {"foreign-managed-memory", kSubmit, R"({"context")", ""});
}

TEST_CASE("only pages of managed memory are touched one by one", "[scenarios]") {
  check_only_error(text_of("", R"({"buffer": "b", "pages": {"touches": 10}})"),
                   {"wrong-kind", kSubmit + "/reads/0/pages", R"({"touches")", ""});
  check_only_error(text_of(kManaged, R"({"buffer": "b", "pages": {"stride": "64 KiB"}})"),
                   {"out-of-place", kSubmit + "/reads/0/pages/stride", R"("64 KiB")", ""});
  const Loaded<Scenario> right = load(text_of(
      kManaged,
      R"({"buffer": "b", "pages": {"pattern": "strided", "stride": "8 KiB", "touches": 7, "in_flight": 3}})"));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  const auto& op = std::get<SubmitOp>(right->processes[0].threads[0].program[0].what);
  const models::PagePattern& pattern = op.accesses.front().pattern;
  CHECK(pattern.kind == models::PagePattern::Kind::strided);
  CHECK(pattern.stride == 8192);
  CHECK(pattern.touches == 7);
  CHECK(pattern.in_flight == 3);
}

TEST_CASE("managed memory needs a GPU, and is no userptr", "[scenarios]") {
  check_only_error(
      R"({"format": 1, "name": "m", "platform": {}, "buffers": [{"name": "b", "size": "1 MiB", "memory": "managed"}],
          "processes": [{"name": "p", "threads": [{"name": "main", "program": [{"access": {"writes": ["b"]}}]}]}],
          "stacks": ["some"]})",
      {"no-gpu", "/buffers/0/memory", R"("managed")", ""});
  check_only_error(text_of(kManaged + R"(, "userptr": true)", R"("b")"),
                   {"userptr-kind", "/buffers/0/memory", R"("managed")", ""});
}
