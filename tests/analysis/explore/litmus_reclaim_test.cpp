// Reclaim that waits for fences, against the known verdicts: which variants of an indefinite fence,
// of user memory behind a notifier, and of an asynchronous bind can deadlock, and which cannot.
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"
#include "tests/analysis/explore/reclaim_litmus.hpp"

using namespace fencelab;
using namespace fencelab::testing;

// The numbers of traces are those of these programs, counted the slow way too; another encoding of
// the same story (what is one step, whether a page is one object) has others.

TEST_CASE("An indefinite fence deadlocks unless nobody waits for it or memory is free",
          "[litmus]") {
  const LitmusCode rows[] = {
      {"indefinite_1", IndefiniteFence{}.body(), {1, 1, 1}},
      {"indefinite_1_free1", IndefiniteFence{.free = 1}.body(), {1}},
      {"indefinite_1_userwait", IndefiniteFence{.user_waits = true}.body(), {1}},
      {"indefinite_1_preempt", IndefiniteFence{.preempts = true}.body(), {1}},
      {"indefinite_2", IndefiniteFence{.jobs = 2}.body(), {26, 10, 6, 1}},
      {"indefinite_2_userwait", IndefiniteFence{.jobs = 2, .user_waits = true}.body(), {112}},
      {"indefinite_2_preempt",
       IndefiniteFence{.jobs = 2, .preempts = true}.body(),
       {.traces = 183, .blocked = 1}},
      {"indefinite_2_lostwake",
       IndefiniteFence{.jobs = 2, .preempts = true, .loses_wakeups = true}.body(),
       {103, 10, 2, 1}},
  };
  check_litmus(rows);
}

TEST_CASE("An indefinite fence is harmless exactly if there are as many free pages as jobs",
          "[litmus]") {
  const LitmusCode rows[] = {
      {"indefinite_2_free1", IndefiniteFence{.jobs = 2, .free = 1}.body(), {10, 2, 2}},
      {"indefinite_2_free2", IndefiniteFence{.jobs = 2, .free = 2}.body(), {2}},
      {"indefinite_3_free2", IndefiniteFence{.jobs = 3, .free = 2}.body(), {96, 6, 3, 1}},
      {"indefinite_3_free3", IndefiniteFence{.jobs = 3, .free = 3}.body(), {6}},
  };
  check_litmus(rows);
}

TEST_CASE("User memory: allocating under the notifier lock or before the fence deadlocks",
          "[litmus]") {
  const LitmusCode rows[] = {
      {"userptr_ok", UserMemory{}.body(), {.traces = 24, .blocked = 5}},
      {"userptr_badlock", UserMemory{.allocates_under_lock = true}.body(), {11, 4, 2, 4}},
      {"userptr_badjob", UserMemory{.allocates_in_job = true}.body(), {59, 17, 3, 11}},
  };
  check_litmus(rows);
}

TEST_CASE("An asynchronous bind deadlocks if its job waits for memory", "[litmus]") {
  using How = AsyncBind::Allocates;
  const LitmusCode rows[] = {
      {"vmbind_gfpkernel", AsyncBind{How::may_wait}.body(), {5, 2, 2, 4}},
      {"vmbind_prealloc", AsyncBind{How::before}.body(), {3}},
      {"vmbind_nowait", AsyncBind{How::no_wait}.body(), {1}},
  };
  check_litmus(rows);
}
