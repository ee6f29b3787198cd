// Mistakes in what a scenario says of system memory, and what it means when it is right.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;
namespace models = fencelab::models;

namespace {

/// A scenario with that system memory, these buffers and operations.
std::string text_of(const std::string& memory, const std::string& buffers,
                    const std::string& program) {
  return R"({"format": 1, "name": "m", "platform": {"memory": {)" + memory +
         R"(}}, "locks": ["journal"], "processes": [{"name": "p", "buffers": [)" + buffers +
         R"(], "threads": [{"name": "main", "program": [)" + program +
         R"(]}]}], "stacks": ["some"]})";
}

const std::string kBuffer =
    R"({"name": "b", "size": "1 MiB", "memory": "anonymous", "allocated": false})";
const std::string kMemory = "/platform/memory";

}  // namespace

TEST_CASE("watermarks rise, below the size of memory", "[scenarios]") {
  const auto marks = [](const std::string& members) {
    return text_of(R"("size": "64 MiB", "watermarks": )" + members, kBuffer, R"({"alloc": "b"})");
  };
  for (const char* const wrong : {R"({"min": "3 MiB", "low": "2 MiB"})", R"({"high": "64 MiB"})",
                                  R"({"low": "5 MiB", "high": "4 MiB"})"}) {
    INFO(wrong);
    check_only_error(marks(wrong), {"watermark-order", kMemory + "/watermarks", wrong, ""});
  }
  const Loaded<Scenario> right =
      load(marks(R"({"min": "1 MiB", "low": "2 MiB", "high": "2 MiB"})"));
  REQUIRE(right.ok());
  CHECK(right->platform.has_zone);
  CHECK(right->platform.mark_low == std::uint64_t{2} << 20);
  const Loaded<Scenario> none = load(text_of(R"("size": "64 MiB")", kBuffer, R"({"alloc": "b"})"));
  REQUIRE(none.ok());
  CHECK_FALSE(none->platform.has_zone);
}

TEST_CASE("dirty pages need a disk, of which there is one", "[scenarios]") {
  const auto with = [](const std::string& rest) {
    return text_of(R"("size": "64 MiB", )" + rest, kBuffer, R"({"alloc": "b"})");
  };
  check_only_error(with(R"("page_cache": {"dirty": "8 MiB"})"),
                   {"no-disk", kMemory + "/page_cache/dirty", R"("8 MiB")", ""});
  check_only_error(with(R"("page_cache": {"clean": "65 MiB"})"),
                   {"too-large", kMemory + "/page_cache", R"({"clean")", ""});
  check_only_error(with(R"("swap": "2 GB/s", "disk": {"bandwidth": "1 GB/s"})"),
                   {"two-disks", kMemory + "/swap", R"("2 GB/s")", ""});
  const Loaded<Scenario> right = load(with(
      R"("page_cache": {"dirty": "8 MiB", "lock": "journal"}, "disk": {"bandwidth": "1 GB/s", "swap": "1 GiB", "latency": "1 ms"})"));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  CHECK(right->platform.cache_lock == 0);
  CHECK(right->platform.swap_bytes == std::uint64_t{1} << 30);
}

TEST_CASE("memory of a process or of the kernel is no buffer of a GPU", "[scenarios]") {
  const auto of = [](const std::string& buffer) {
    return text_of(R"("size": "64 MiB")", buffer, R"({"alloc": "b"})");
  };
  check_only_error(of(R"({"name": "b", "size": "1 MiB", "userptr": true, "memory": "kernel"})"),
                   {"userptr-kind", "/processes/0/buffers/0/memory", R"("kernel")", ""});
  const Loaded<Scenario> file =
      load(of(R"({"name": "b", "size": "1 MiB", "userptr": true, "memory": "file"})"));
  REQUIRE(file.ok());
  CHECK(file->buffers.front().kind == models::MemoryKind::file);
  const Loaded<Scenario> userptr = load(of(R"({"name": "b", "size": "1 MiB", "userptr": true})"));
  REQUIRE(userptr.ok());
  CHECK(userptr->buffers.front().kind == models::MemoryKind::anonymous);
}

TEST_CASE("an allocation says in which context it is made", "[scenarios]") {
  const Loaded<Scenario> loaded =
      load(text_of(R"("size": "64 MiB")", kBuffer,
                   R"({"memalloc_save": "noio"}, {"alloc": {"buffer": "b", "gfp": "atomic"}},
                      {"memalloc_restore": "noio"}, {"alloc": "b"})"));
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  const auto& program = loaded->processes[0].threads[0].program;
  CHECK(std::get<MemallocOp>(program[0].what).scope == models::MemallocScope::noio);
  CHECK_FALSE(std::get<MemallocOp>(program[0].what).restore);
  CHECK(std::get<AllocOp>(program[1].what).gfp == models::Gfp::atomic);
  CHECK(std::get<MemallocOp>(program[2].what).restore);
  CHECK(std::get<AllocOp>(program[3].what).gfp == models::Gfp::kernel);
}

TEST_CASE("a pause of reclaim needs memory that is reclaimed in rounds", "[scenarios]") {
  const std::string pause = R"(, "reclaim_pause": "8 ms")";
  check_only_error(text_of(R"("size": "64 MiB")" + pause, kBuffer, R"({"alloc": "b"})"),
                   {"missing-member", kMemory + "/reclaim_pause", R"("8 ms")", ""});
  const Loaded<Scenario> right =
      load(text_of(R"("size": "64 MiB", "watermarks": {})" + pause, kBuffer, R"({"alloc": "b"})"));
  REQUIRE(right.ok());
  CHECK(right->platform.reclaim_pause == Duration(8'000'000));
}
