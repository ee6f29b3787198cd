// Deadlocks of the library, predicted from runs that complete; and silence on stacks that are
// clean. A scenario that deadlocks is given room or time until it does not: the order is the same,
// and that is what a prediction is about.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "campaign/predict_run.hpp"
#include "campaign/run_all.hpp"
#include "scenarios/loader.hpp"

using namespace fencelab;
using Json = nlohmann::json;
using Rules = std::set<std::string>;

namespace {

const std::string kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library/";

const policies::Registry& registry() {
  static const auto built_in = policies::Registry::built_in();
  return built_in;
}

Json library(const std::string& name) {
  std::ifstream file(kLibrary + name + ".json");
  return Json::parse(file);
}

scenarios::Scenario load(const Json& json) {
  auto loaded = scenarios::load_scenario(json.dump(), "test", {});
  INFO((loaded ? std::string() : scenarios::format_diagnostics(loaded.diagnostics())));
  REQUIRE(loaded);
  return std::move(loaded).value();
}

/// One run, as a line: "completed|stuck" and the signatures, each in a line of its own. In a
/// process of its own, as everything that may use shared hardware.
std::vector<std::string> lines_of(const scenarios::Scenario& scenario, const std::string& stack) {
  std::vector<std::string> lines;
  for (const auto& candidate : scenario.stacks) {
    if (candidate.name != stack) continue;
    const auto resolved = scenarios::resolve_stack(scenario, candidate, registry());
    REQUIRE(resolved);
    const std::vector<campaign::WorkItem> work{
        {{}, [&] {
           const auto run = campaign::predict_run(scenario, *resolved, 1);
           campaign::RunRecord record;
           record.verdict = run.completed ? "completed" : "stuck";
           record.message = run.report.complete ? "" : "gave up";
           for (const auto& prediction : run.report.reports)
             record.incidents.push_back(
                 {.kind = prediction.rule, .signature = prediction.signature});
           return record;
         }}};
    const auto records = campaign::run_all(work, 1, [](const auto&) {});
    REQUIRE(records.size() == 1);
    CHECK(records[0].message.empty());
    lines.push_back(records[0].verdict);
    for (const auto& incident : records[0].incidents) lines.push_back(incident.kind);
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

Rules predicted(const Json& json, const std::string& stack, bool completes = true) {
  INFO(json["name"] << " under " << stack);
  auto lines = lines_of(load(json), stack);
  CHECK(lines.front() == (completes ? "completed" : "stuck"));
  return {lines.begin() + 1, lines.end()};
}

/// Stacks of the library whose designs break no rule that the models express.
const std::vector<std::pair<std::string, std::vector<std::string>>> kClean = {
    {"async-bind-user-fence", {"vulkan-explicit"}},
    {"bind-queue-head-of-line", {"sync"}},
    {"buffer-abba", {"linux-implicit"}},
    {"cross-driver-userptr", {"async-prealloc", "async-exact-no-gpu", "linux-implicit"}},
    {"eviction-ping-pong", {"no-minimum", "xe-long-running", "kfd", "vulkan-explicit"}},
    {"gpu-reset-off", {"linux-implicit", "reset-off", "amdgpu-implicit"}},
    {"hybrid-laptop",
     {"linux-implicit", "vulkan-explicit", "user-queues-on-dgpu", "user-queues-wait-signaled"}},
    {"indefinite-fence", {"user-queues-preempt-ctx", "linux-implicit"}},
    {"late-client", {"linux-implicit", "implicit-wait-signaled", "implicit-deadline"}},
    {"lost-doorbell", {"linux-implicit", "no-reset"}},
    {"user-queues-eviction", {"xe-long-running", "kfd", "pinned", "vulkan-explicit"}},
    {"vm-bind-pipeline", {"sync", "async-prealloc", "async-state-at-submit"}},
    {"winsys-oversync",
     {"linux-implicit", "linux-legacy", "amdgpu-implicit", "vulkan-explicit", "oracle"}},
};

}  // namespace

TEST_CASE("Clean stacks of the library are silent") {
  for (const auto& [name, stacks] : kClean) {
    const auto scenario = load(library(name));
    for (const std::string& stack : stacks) {
      INFO(name << " under " << stack);
      CHECK(lines_of(scenario, stack).size() == 1);
    }
  }
}

TEST_CASE("Two submits that lock reservations one by one, apart in time [D07]") {
  Json json = library("buffer-abba");
  for (auto& process : json["processes"])
    if (process["name"] == "two") process["threads"][0]["start"] = "200 ms";
  CHECK(predicted(json, "plain-locks") == Rules{"lock-recursion"});
  CHECK(predicted(json, "linux-implicit").empty());
}

TEST_CASE("A fence on a user fence is predicted where memory is plenty [D01]") {
  Json json = library("indefinite-fence");
  for (auto& gpu : json["platform"]["gpus"])
    if (gpu.contains("vram")) gpu["vram"] = "64 GiB";
  if (json["platform"].contains("memory")) json["platform"]["memory"]["size"] = "64 GiB";
  CHECK(predicted(json, "user-queues-future-fence").contains("fence-depends-on-user-fence"));
  CHECK(predicted(json, "kernel-future-fence").contains("fence-depends-on-user-fence"));
  CHECK(predicted(json, "user-queues-preempt-ctx").empty());
}

TEST_CASE("An allocation in the signalling path of a bind, where memory is plenty [D05, D06]") {
  Json json = library("cross-driver-userptr");
  json["platform"]["memory"]["size"] = "1 GiB";
  CHECK(predicted(json, "async-exact") == Rules{"alloc-in-signalling-section"});
  CHECK(predicted(json, "async-prealloc").empty());
  CHECK(predicted(library("vm-bind-pipeline"), "async-exact") ==
        Rules{"alloc-in-signalling-section"});
}

TEST_CASE("A bind fence on a user fence that is signaled in time [D34]") {
  Json json = library("async-bind-user-fence");
  json["platform"]["memory"]["size"] = "1 GiB";
  CHECK(predicted(json, "publish-before-value") == Rules{"fence-depends-on-user-fence"});
  CHECK(predicted(json, "vulkan-explicit").empty());
}

TEST_CASE("Eviction that waits for published user fences [D24]") {
  // The suspend worker waits under userq_mutex, as it does in the kernel.
  CHECK(predicted(library("user-queues-eviction"), "amdgpu-userq") ==
        Rules{"fence-depends-on-user-fence", "wait-under-lock"});
}

TEST_CASE("A job on a sw_sync fence [D37]") {
  const Json json = Json::parse(R"({
    "format": 1, "name": "sw-sync", "horizon": "1 s",
    "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
    "buffers": [{"name": "b", "size": "1 MiB"}],
    "processes": [{"name": "app", "contexts": [{"name": "c", "gpu": "gpu0", "engine": "rcs0"}],
      "threads": [{"name": "main", "program": [
        {"id": "f", "sw_fence": {}},
        {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"], "after": ["f"]}},
        {"sw_signal": "f"},
        {"wait": {"ops": ["j"]}}]}]}],
    "stacks": ["linux-implicit"]})");
  CHECK(predicted(json, "linux-implicit") == Rules{"fence-depends-on-user-fence"});
}

TEST_CASE("Two threads that take two user-space locks in both orders, apart in time") {
  Json json = Json::parse(R"({
    "format": 1, "name": "locks", "horizon": "1 s",
    "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
    "locks": ["l", "m"],
    "processes": [{"name": "app", "threads": [
      {"name": "one", "program": [{"lock": "l"}, {"lock": "m"}, {"unlock": "m"}, {"unlock": "l"}]},
      {"name": "two", "start": "1 ms",
       "program": [{"lock": "m"}, {"lock": "l"}, {"unlock": "l"}, {"unlock": "m"}]}]}],
    "stacks": ["linux-implicit"]})");
  CHECK(predicted(json, "linux-implicit") == Rules{"lock-order"});
}
