// Mistakes in atomic commits, swapchain protocols and imports, and what they mean when they are
// right.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

const std::string kFlip = "/processes/1/threads/0/program/2/loop/body/1/flip";
const std::string kFlipText = R"({"flip": {"display": "panel", "planes": ["@win"]}})";

/// The base scenario's flip with other members, as loaded.
FlipOp flip_of(const std::string& members) {
  const Loaded<Scenario> loaded = load(patched(kFlipText, "{\"flip\": {" + members + "}}"));
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  const auto& loop = std::get<LoopOp>(loaded->processes[1].threads[0].program[2].what);
  return std::get<FlipOp>(loop.body[1].what);
}

}  // namespace

TEST_CASE("a flip says which displays show which planes, once each", "[scenarios]") {
  check_patch(kFlipText, R"({"flip": {"displays": ["panel", "panel"], "planes": ["@win"]}})",
              {"duplicate-name", kFlip, R"({"displays": ["panel", "panel"])", ""});
  check_patch(kFlipText, R"({"flip": {"display": "panel"}})",
              {"missing-member", kFlip, R"({"display": "panel"}})", ""});
  check_patch(
      kFlipText,
      R"({"flip": {"crtcs": [{"display": "panel", "planes": ["@win"]}], "planes": ["@win"]}})",
      {"conflicting-members", kFlip, R"({"crtcs": [{)", ""});
}

TEST_CASE("a plane names the operations of its own process that it waits for", "[scenarios]") {
  check_patch(
      kFlipText,
      R"({"flip": {"display": "panel", "planes": [{"buffer": "@win", "in_fence": ["nothing"]}]}})",
      {"unknown-name", kFlip + "/planes/0/in_fence/0", "\"nothing\"", ""});
}

TEST_CASE("flips default to what compositors do", "[scenarios]") {
  const FlipOp plain = flip_of(R"("display": "panel", "planes": ["@win"])");
  CHECK_FALSE(plain.blocking);
  CHECK_FALSE(plain.async);
  CHECK_FALSE(plain.fails_if_busy);
  REQUIRE(plain.crtcs.size() == 1);
  CHECK_FALSE(plain.crtcs[0].planes[0].is_explicit);
  const FlipOp other = flip_of(
      R"("crtcs": [{"display": "panel", "planes": [{"buffer": "@win", "in_fence": []}]}],
         "async": true, "busy": "fail")");
  CHECK(other.async);
  CHECK(other.fails_if_busy);
  REQUIRE(other.crtcs.size() == 1);
  CHECK(other.crtcs[0].planes[0].is_explicit);  // explicitly nothing
}

TEST_CASE("release timelines belong to the protocol that has them", "[scenarios]") {
  check_patch(R"("mode": "fifo"})", R"("mode": "fifo", "release_timeline": "shared"})",
              {"out-of-place", "/swapchains/0/release_timeline", "\"shared\"", ""});
  const Loaded<Scenario> loaded =
      load(patched(R"("mode": "fifo"})",
                   R"("mode": "fifo", "protocol": "syncobj", "release_timeline": "shared"})"));
  REQUIRE(loaded.ok());
  CHECK(loaded->swapchains[0].protocol == SwapchainSpec::Protocol::syncobj);
  CHECK(loaded->swapchains[0].release_timeline == SwapchainSpec::ReleaseTimeline::shared);
}

TEST_CASE("memory of a process is no dma-buf that a GPU could import", "[scenarios]") {
  check_patch(R"({"invalidate": "ptr"})", R"({"import": {"buffer": "ptr", "gpu": "gpu0"}})",
              {"wrong-kind", "/processes/0/threads/1/program/8/import/buffer",
               R"("ptr", "gpu": "gpu0"})", ""});
}
