// Scenarios that tell the stories of the Promela models beside them: explored, the real models and
// policies come to the verdicts that SPIN comes to.
#include <catch2/catch.hpp>
#include <string>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/campaign/with_subject.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;

namespace {

enum class Verdict { free, deadlock };

struct Story {
  const char* file;
  const char* stack;
  Verdict verdict;
  std::uint64_t executions = 0;  ///< of prover A, where the number says something
  core::TimerMode timers = core::TimerMode::never;
};

constexpr auto kQuiescent = core::TimerMode::quiescent;

const Story kStories[] = {
    // One execution for each order of requests, as for the bare locks.
    {"phil-3", "linux-implicit", Verdict::deadlock, 7},
    {"phil-4", "linux-implicit", Verdict::deadlock, 15},
    {"phil-5", "linux-implicit", Verdict::deadlock, 31},
    {"phil-3-ordered", "linux-implicit", Verdict::free, 6},
    {"phil-5-ordered", "linux-implicit", Verdict::free, 30},
    {"rwsem-fair", "linux-implicit", Verdict::deadlock, 3},
    {"rwsem-readers-first", "linux-implicit", Verdict::free, 6},
    {"indefinite-1-free0", "future-fence", Verdict::deadlock},
    {"indefinite-1-free1", "future-fence", Verdict::free},
    {"indefinite-1-userwait", "user-waits", Verdict::free},
    {"indefinite-1-free0", "timeout", Verdict::deadlock},
    {"indefinite-1-free0", "timeout", Verdict::free, 0, kQuiescent},
    {"userptr-1-roomy", "careful", Verdict::free},
    {"vmbind-2-free1", "at-run", Verdict::free},
    {"vmbind-2-free0", "prealloc", Verdict::free},
    {"vmbind-2-free0", "nowait", Verdict::free},
    {"vmbind-2-free0", "idle-only", Verdict::free},
};

template <class Check>
void with_story(const std::string& name, const std::string& stack, Check check) {
  tests::with_subject_of_file(FENCELAB_SOURCE_DIR "/tests/data/promela/" + name + ".json", stack,
                              check);
}

}  // namespace

TEST_CASE(
    "Both provers agree with SPIN on philosophers, rwsem, one indefinite fence, userptr and binds",
    "[explore]") {
  for (const Story& story : kStories)
    with_story(story.file, story.stack, [&](analysis::Subject& subject) {
      const analysis::ExecutionOptions options{.timers = story.timers};
      const auto a = analysis::explore_dpor(subject, options, {});
      const auto b = analysis::explore_states(subject, options, {});
      INFO(story.file << " under " << story.stack << ": " << a.executions << " executions");
      CHECK((a.exhausted && b.exhausted));
      CHECK(a.found_deadlock() == (story.verdict == Verdict::deadlock));
      CHECK(b.found_deadlock() == a.found_deadlock());
      if (story.executions != 0) CHECK(a.executions == story.executions);
    });
}

TEST_CASE("A deadlock of some threads is seen beside one that goes round for ever", "[explore]") {
  // SPIN sees no invalid end state here. Freedom is not proved either: the run has no end.
  const analysis::ExploreLimits limits{.depth = 300, .stop_at_first = true};
  with_story("phil-3-tick", "linux-implicit", [&](analysis::Subject& subject) {
    CHECK(analysis::explore_dpor(subject, {}, limits).found_deadlock());
  });
  with_story("phil-3-ordered-tick", "linux-implicit", [&](analysis::Subject& subject) {
    const auto result = analysis::explore_dpor(subject, {}, limits);
    CHECK_FALSE(result.found_deadlock());
    CHECK_FALSE(result.exhausted);
  });
}

TEST_CASE("Two and three jobs with too little memory deadlock", "[explore]") {
  for (const char* const file :
       {"indefinite-2-free0", "indefinite-2-free1", "indefinite-3-free0", "indefinite-3-free2"})
    with_story(file, "future-fence", [&](analysis::Subject& subject) {
      const analysis::ExploreLimits limits{.time = std::chrono::seconds(20), .stop_at_first = true};
      INFO(file);
      CHECK(analysis::explore_dpor(subject, {}, limits).found_deadlock());
    });
}

TEST_CASE(
    "A submission that allocates under the notifier's lock, and binds that allocate when they "
    "run") {
  const std::pair<const char*, const char*> stuck[] = {{"userptr-1", "lock-all-along"},
                                                       {"userptr-1", "allocates-in-job"},
                                                       {"userptr-2", "allocates-in-job"},
                                                       {"vmbind-2-free0", "at-run"}};
  for (const auto& [file, stack] : stuck)
    with_story(file, stack, [&](analysis::Subject& subject) {
      // A fraction of a second; without a look near the first execution it is minutes.
      const analysis::ExploreLimits limits{.steps = 500'000, .stop_at_first = true};
      INFO(file << " under " << stack);
      CHECK(analysis::explore_dpor(subject, {}, limits).found_deadlock());
    });
}

TEST_CASE("Proofs of indefinite fences and userptr take no more executions than they did",
          "[explore]") {
  const Story stories[] = {
      {"indefinite-1-free0", "preempt", Verdict::free, 5},
      {"indefinite-2-free0", "preempt", Verdict::free, 3'528},
      {"indefinite-2-free2", "future-fence", Verdict::free, 2},
      {"indefinite-3-free3", "future-fence", Verdict::free, 6},
      {"indefinite-2-userwait", "user-waits", Verdict::free, 14},
      {"indefinite-3-userwait", "user-waits", Verdict::free, 1062},
      {"indefinite-2-free0", "timeout", Verdict::free, 72, kQuiescent},
      {"indefinite-3-free0", "timeout", Verdict::free, 13'356, kQuiescent},
      {"userptr-1-roomy", "careful", Verdict::free, 16},
      {"userptr-2-roomy", "careful", Verdict::free, 7'424},
  };
  for (const Story& story : stories) {
    // Fractions of a second elsewhere, minutes under sanitizers.
    if (tests::kSanitized && story.executions > 3'000) continue;
    with_story(story.file, story.stack, [&](analysis::Subject& subject) {
      const auto a = analysis::explore_dpor(subject, {.timers = story.timers}, {});
      INFO(story.file << " under " << story.stack);
      CHECK(a.exhausted);
      CHECK_FALSE(a.found_deadlock());
      CHECK(a.executions <= story.executions);
    });
  }
}
