// Mistakes in what a scenario says of pools, placement lists and shares, and what it means when it
// is right.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;
namespace models = fencelab::models;

namespace {

/// A scenario with these members of the GPU, of system memory, of the process and of its buffer.
std::string text_of(const std::string& gpu, const std::string& memory, const std::string& process,
                    const std::string& buffer) {
  return R"({"format": 1, "name": "m", "platform": {"memory": {"size": "64 MiB")" + memory +
         R"(}, "gpus": [{"name": "g", "engines": ["rcs0"])" + gpu +
         R"(}]}, "processes": [{"name": "p")" + process +
         R"(, "buffers": [{"name": "b", "size": "1 MiB", "allocated": false)" + buffer +
         R"(}], "threads": [{"name": "main", "program": [{"alloc": "b"}]}]}], "stacks": ["some"]})";
}

}  // namespace

TEST_CASE("pages are powers of two from 4 KiB to 2 MiB, of memory that there is", "[scenarios]") {
  for (const char* const wrong : {R"("5 KiB")", R"("2 KiB")", R"("4 MiB")"}) {
    INFO(wrong);
    check_only_error(text_of("", std::string(R"(, "page": )") + wrong, "", ""),
                     {"bad-page", "/platform/memory/page", wrong, ""});
  }
  check_only_error(text_of(R"(, "vram_page": "64 KiB")", "", "", ""),
                   {"missing-member", "/platform/gpus/0/vram_page", R"("64 KiB")", ""});
  const Loaded<Scenario> right = load(
      text_of(R"(, "vram": "1 GiB", "vram_page": "2 MiB", "gtt": "32 MiB", "evict_to": "system")",
              R"(, "page": "4 KiB")", "", ""));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  CHECK(right->platform.memory_page == 4096);
  CHECK(right->platform.gpus[0].vram_page == std::uint64_t{2} << 20);
  CHECK(right->platform.gpus[0].gtt_bytes == std::uint64_t{32} << 20);
  CHECK(right->platform.gpus[0].evicts_to_system);
}

TEST_CASE("only a buffer of a GPU has a placement list", "[scenarios]") {
  check_only_error(text_of("", "", "", R"(, "placement": ["gtt"])"),
                   {"placement-without-gpu", "/processes/0/buffers/0/placement", R"(["gtt"])", ""});
  const Loaded<Scenario> right = load(text_of(
      "", "", "",
      R"(, "gpu": "g", "priority": 2, "placement": ["vram", {"in": "gtt", "when": "fallback"}])"));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  const BufferSpec& buffer = right->buffers.front();
  CHECK(buffer.priority == 2);
  REQUIRE(buffer.places.size() == 2);
  CHECK(buffer.places[0].domain == models::Domain::vram);
  CHECK(buffer.places[0].use == models::PlacementUse::always);
  CHECK(buffer.places[1].domain == models::Domain::gtt);
  CHECK(buffer.places[1].use == models::PlacementUse::fallback);
}

TEST_CASE("what is kept for a process is no more than it may have", "[scenarios]") {
  const std::string share = R"({"max": "1 MiB", "low": "2 MiB"})";
  check_only_error(text_of("", "", R"(, "dmem": )" + share, ""),
                   {"share-order", "/processes/0/dmem", share, ""});
  const Loaded<Scenario> right =
      load(text_of("", "", R"(, "dmem": {"max": "2 MiB", "min": "1 MiB"})", ""));
  REQUIRE(right.ok());
  CHECK(right->processes[0].vram.max == std::uint64_t{2} << 20);
  CHECK_FALSE(right->processes[0].vram.low);
}

TEST_CASE("a mempool is kept of memory with watermarks", "[scenarios]") {
  check_only_error(text_of("", R"(, "mempool": "3 MiB")", "", ""),
                   {"mempool", "/platform/memory/mempool", R"("3 MiB")", ""});
  const Loaded<Scenario> right =
      load(text_of("", R"(, "watermarks": {}, "mempool": "1 MiB")", "", ""));
  REQUIRE(right.ok());
  CHECK(right->platform.mempool_bytes == std::uint64_t{1} << 20);
}
