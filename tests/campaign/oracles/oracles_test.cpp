// The analyses against a direct implementation that keeps everything and looks at all pairs: for
// random small programs under several policies, the verdict on each dependency, the start that each
// job would have had, and the set of races are the same. The definitions are those of
// docs/guide/oversynchronisation.md.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>

#include "analysis/hazards/hazard_tracker.hpp"
#include "analysis/oversync/oversync_tracker.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/runtime/world.hpp"
#include "tests/campaign/oracles/full_record.hpp"
#include "tests/campaign/oracles/random_program.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using tests::FullRecord;

namespace {

using RaceSet = std::set<std::tuple<std::uint64_t, std::uint64_t>>;

/// Everything that both sides say about one run.
struct Answers {
  FullRecord record;
  analysis::OversyncTracker oversync;
  std::map<std::uint64_t, analysis::OversyncTracker::Judged> starts;
  RaceSet races;
  FullRecord::Pictures pictures;
};

void run(const std::string& text, Answers& answers) {
  const auto registry = policies::Registry::built_in();
  const auto loaded =
      scenarios::load_scenario(text, "random", scenarios::policy_names(registry, {}));
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  REQUIRE(stack);
  core::Simulation simulation({.seed = 1});
  models::platform::SharedHardware hardware(simulation,
                                            campaign::describe_hardware(loaded->platform));
  policies::RunState state(simulation);
  analysis::HazardTracker hazards;
  answers.oversync.set_listener(
      [&](const auto& judged) { answers.starts.emplace(judged.job, judged); });
  hazards.set_listener([&](const auto& race) { answers.races.emplace(race.first, race.second); });
  hazards.set_picture_listener([&](const auto& picture) {
    answers.pictures.emplace(picture.commit, picture.plane, picture.drawn_over);
  });
  simulation.probe().subscribe(answers.record, core::Probe::kAll);
  simulation.probe().subscribe(answers.oversync, analysis::OversyncTracker::kMask);
  simulation.probe().subscribe(hazards, analysis::HazardTracker::kMask);
  scenarios::World world(simulation, hardware, *loaded, *stack, state);
  world.start();
  hardware.run(core::Time(loaded->horizon), [] { return false; });
  hazards.finish();
  CHECK(hazards.races() == answers.races.size());
}

struct Totals {
  std::uint64_t jobs = 0, needed = 0, unneeded = 0, costly = 0, races = 0, pictures = 0;
  std::uint64_t thread_waits = 0, resumed = 0, polled = 0, touches = 0, races_of_threads = 0,
                evictions = 0;
};

std::string slices_of(const FullRecord::JobRecord& job) {
  std::string list;
  for (const auto& [from, to] : job.slices)
    list += fmt::format("{} to {} ", core::nanoseconds_of(from), core::nanoseconds_of(to));
  return list;
}

std::string only_in(const RaceSet& one, const RaceSet& other) {
  std::string list;
  for (const auto& [first, second] : one)
    if (!other.contains({first, second})) list += fmt::format("{:x} with {:x} ", first, second);
  return list;
}

void compare(Answers& answers, Totals& totals) {
  std::uint64_t needed = 0, unneeded = 0;
  std::int64_t lost = 0;
  for (const auto& [id, job] : answers.record.jobs()) {
    INFO("job " << id);
    REQUIRE(job.done != core::kNever);  // these programs end
    for (const auto& dependency : job.dependencies)
      ++(answers.record.needed(job, dependency) ? needed : unneeded);
    const auto judged = answers.starts.find(id);
    REQUIRE(judged != answers.starts.end());
    CHECK(core::nanoseconds_of(judged->second.start) == core::nanoseconds_of(job.begun));
    const core::Time could = answers.record.could_start(job);
    INFO("held its engine " << slices_of(job));
    CHECK(core::nanoseconds_of(judged->second.could_start) == core::nanoseconds_of(could));
    lost += (job.begun - could).count();
    totals.costly += could < job.begun;
    ++totals.jobs;
    totals.resumed += job.slices.size() > 1;
    totals.polled += job.begun > job.start;
  }
  std::int64_t lost_by_threads = 0;
  for (const auto& wait : answers.record.thread_waits()) {
    const bool is_needed = answers.record.needed(wait.consumer, wait.asked);
    if (!is_needed) lost_by_threads += (wait.until - answers.record.could_go_on(wait)).count();
    if (wait.in_place_of_queue) ++(is_needed ? needed : unneeded);
    ++totals.thread_waits;
  }
  if (answers.record.unasked_waits() == 0) {
    CHECK(answers.oversync.thread_time() == lost_by_threads);
    CHECK(answers.oversync.needed() == needed);
    CHECK(answers.oversync.unneeded() == unneeded);
  }
  CHECK(answers.oversync.job_time() == lost);
  const RaceSet races = answers.record.races();
  INFO("races that only one side finds: " << only_in(answers.races, races) << "(the analysis) "
                                          << only_in(races, answers.races) << "(the oracle)");
  CHECK((answers.races == races));
  totals.needed += needed;
  totals.unneeded += unneeded;
  totals.races += races.size();
  for (const auto& [first, second] : races)
    totals.races_of_threads += ((first | second) & analysis::HazardTracker::kCpuAccess) != 0;
  totals.evictions += answers.record.evictions();
  totals.touches += answers.record.cpu_accesses();
  CHECK(answers.pictures == answers.record.pictures());
  totals.pictures += answers.pictures.size();
}

/// `preset` with `axes`: what differs from it.
Totals compare_stack(const std::string& preset, const std::string& axes, std::uint64_t seeds,
                     const tests::ProgramMix& mix, bool one_bookkeeper = false) {
  Totals totals;
  const std::string stack = fmt::format(R"("preset": "{}", "axes": {{{}}})", preset, axes);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::string text = tests::random_program(seed, stack, mix);
    INFO("seed " << seed << " under " << axes << "\n" << text);
    Answers answers;
    answers.record.one_bookkeeper = one_bookkeeper;
    run(text, answers);
    compare(answers, totals);
  }
  return totals;
}

// The ioctl takes time, in which others come between looking and being recorded.
const std::string kKernelQueues =
    R"("submission": {"policy": "kernel", "ioctl_cost": "1 us"}, "sync": )";

Totals compare_many(const std::string& policy, std::uint64_t seeds,
                    const tests::ProgramMix& mix = {}) {
  return compare_stack("linux-implicit", kKernelQueues + "\"" + policy + "\"", seeds, mix,
                       policy == "oracle");
}

constexpr std::uint64_t kSeeds = tests::kSanitized ? 250 : 1000;

}  // namespace

TEST_CASE("Verdicts, starts and races under dma_resv's classes are those of all pairs") {
  const Totals totals = compare_many("implicit", kSeeds);
  // The sample means something: all of it occurs.
  CHECK(totals.needed > kSeeds);
  CHECK(totals.unneeded > kSeeds / 4);
  CHECK(totals.costly > 0);
}

TEST_CASE("Verdicts, starts and races under amdgpu's owner rule are those of all pairs") {
  const Totals totals = compare_many("implicit-amdgpu", kSeeds);
  CHECK(totals.unneeded > kSeeds / 4);
  CHECK(totals.races > 0);
}

TEST_CASE("Verdicts, starts and races where user space tracks its work are those of all pairs") {
  const Totals totals = compare_many("explicit", kSeeds);
  CHECK(totals.needed > 0);
  CHECK(totals.races > 0);  // what other processes do is nobody's business without a hand-over
}

TEST_CASE("Without synchronisation the races are those of all pairs") {
  const Totals totals = compare_many("none", kSeeds);
  CHECK(totals.unneeded == 0);
  CHECK(totals.races > kSeeds);
}

TEST_CASE("The oracle waits for nothing false, and what it orders does not race") {
  const Totals totals = compare_many("oracle", kSeeds);
  CHECK(totals.unneeded == 0);
  CHECK(totals.races == 0);
}

TEST_CASE("Accesses of threads through mappings race as all pairs say") {
  const tests::ProgramMix mix{.mappings = true};
  for (const char* policy : {"implicit", "explicit", "none"}) {
    const Totals totals = compare_many(policy, kSeeds / 2, mix);
    CHECK(totals.touches > kSeeds / 2);
    CHECK(totals.races_of_threads > kSeeds / 8);
  }
}

TEST_CASE("Messages and threads that start others order as all pairs say") {
  const tests::ProgramMix mix{.mappings = true, .messages = true, .forks = true};
  for (const char* policy : {"implicit", "explicit", "none"})
    CHECK(compare_many(policy, kSeeds / 2, mix).races > kSeeds / 8);
}

TEST_CASE("Pictures not drawn or drawn over are those of all pairs, on two GPUs as well") {
  const tests::ProgramMix mix{.mappings = true, .flips = true, .two_gpus = true};
  for (const char* policy : {"implicit", "none"})
    CHECK(compare_many(policy, kSeeds / 2, mix).pictures > 0);
}

TEST_CASE("Values that jobs wait for are asked for as all pairs say") {
  const tests::ProgramMix mix{.values = true};
  for (const char* policy : {"implicit", "explicit"})
    CHECK(compare_many(policy, kSeeds / 2, mix).thread_waits > kSeeds / 8);
}

TEST_CASE("User queues and their semaphores are judged as all pairs say") {
  const tests::ProgramMix mix{.mappings = true, .values = true};
  const std::string queues = R"("submission": {"policy": "user", "doorbell_cost": "1 us"}, )";
  for (const char* semaphore : {"aware", "repoll"}) {
    const std::string axes = queues + fmt::format(R"("semaphore": "{}", )", semaphore);
    const Totals values =
        compare_stack("user-queues-preempt-ctx", axes + R"("sync": "value")", kSeeds / 2, mix);
    CHECK(values.unneeded > 0);
    if (semaphore == std::string_view("repoll")) CHECK(values.polled > kSeeds / 8);
    CHECK(values.races > kSeeds / 8);
    const Totals shared = compare_stack("user-queues-preempt-ctx",
                                        axes + R"("sync": "userq-amdgpu")", kSeeds / 2, mix);
    CHECK(shared.unneeded > kSeeds / 8);
    CHECK(shared.races > 0);  // the inverted lists
  }
}

TEST_CASE("What a submit thread submits is judged as all pairs say") {
  const tests::ProgramMix mix{.mappings = true, .forks = true, .values = true};
  const Totals totals =
      compare_stack("vulkan-timeline", kKernelQueues + R"("timeline")", kSeeds, mix);
  CHECK(totals.needed > kSeeds);
  CHECK(totals.races > kSeeds / 8);
}

TEST_CASE("Images of swapchains order as all pairs say, with and without points") {
  for (const char* mode : {"fifo", "mailbox"})
    for (const bool points : {false, true}) {
      const tests::ProgramMix mix{
          .mappings = true, .flips = true, .swapchain = mode, .points = points};
      for (const char* policy : {"implicit", "explicit", "explicit-bridged"}) {
        INFO(mode << " " << points);
        const Totals totals = compare_many(policy, kSeeds / 8, mix);
        CHECK(totals.needed > kSeeds / 8);
        CHECK(totals.unneeded > 0);
        CHECK(totals.races_of_threads > kSeeds / 8);
        CHECK(totals.pictures > 0);
      }
    }
}

TEST_CASE("Where memory is short evictions order as all pairs say") {
  const tests::ProgramMix mix{.pressure = true};
  for (const char* policy : {"implicit", "explicit"})
    CHECK(compare_many(policy, kSeeds / 2, mix).evictions > kSeeds / 8);
  const Totals stopped = compare_stack(
      "user-queues-preempt-ctx",
      R"("residency": {"policy": "preempt-xe", "min_run_period": "20 us"})", kSeeds / 2, mix);
  CHECK(stopped.evictions > kSeeds / 8);
  CHECK(stopped.resumed > 0);
}
