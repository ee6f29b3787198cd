// The table of helgrind, TSan and lockdep against the truth, and what the filters prove.
#include <catch2/catch.hpp>

#include "core/completion.hpp"
#include "core/fence.hpp"
#include "tests/analysis/lockdep/script.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
namespace core = fencelab::core;
using core::Task;

namespace {

const std::string kAb = "m:A m:B -m:B -m:A", kBa = "m:B m:A -m:A -m:B";

/// That there is no report, but one note with one filter.
void check_note(const OrderReport& report, FilterKind kind, const std::string& words) {
  CHECK(report.reports.empty());
  REQUIRE(report.notes.size() == 1);
  REQUIRE(report.notes[0].filters.size() == 1);
  CHECK(report.notes[0].filters[0].kind == kind);
  CHECK(report.notes[0].filters[0].words.find(words) != std::string::npos);
  CHECK(report.notes[0].harmless());
}

struct Threads : Watched {
  ScriptLocks locks{simulation};
  core::Completion first_done{simulation, "end of first"};
  core::FencePtr fence = core::make_intrusive<core::DmaFence>(simulation, nullptr, 1, 1);

  Threads() {
    fence->set_order_class(
        simulation.order_classes().intern(core::OrderKind::fence, "job fence of a"));
  }
  Task<> first() {
    co_await locks.play(kAb, {});
    first_done.complete();
    fence->signal();
  }
  Task<> joins_and_forks() {
    co_await first_done.wait(core::WaitReason::lock);
    start("second", locks.play(kBa, {}));
  }
  Task<> waits_for_fence() {
    co_await fence->wait();
    co_await locks.play(kBa, {});
  }
  Task<> waits_too_late() {
    co_await core::sleep_for(simulation, core::Duration(5'000));
    co_await locks.play(kBa, {});
    co_await fence->wait();
  }
};

}  // namespace

TEST_CASE("ABBA in two threads is reported, open for the prover") {
  const OrderReport report = in_processes({kAb, kBa});
  REQUIRE(report.reports.size() == 1);
  CHECK(report.reports[0].state == PredictionState::open);
  CHECK(report.reports[0].signature == "lock-order: lock A -> lock B");
  CHECK(report.notes.empty());
}

TEST_CASE("A cycle of three is reported") {
  const OrderReport report = in_processes({kAb, "m:B m:C -m:C -m:B", "m:C m:A -m:A -m:C"});
  REQUIRE(report.reports.size() == 1);
  CHECK(report.reports[0].signature == "lock-order: lock A -> lock B -> lock C");
}

TEST_CASE("ABBA under a gate lock is a note that names the gate") {
  check_note(in_processes({"m:G " + kAb + " -m:G", "m:G " + kBa + " -m:G"}), FilterKind::gate_lock,
             "guarded by lock G");
}

TEST_CASE("A gate around one of the two orders, or two different gates, guard nothing") {
  CHECK(in_processes({"m:G " + kAb + " -m:G", kBa}).reports.size() == 1);
  CHECK(in_processes({"m:G " + kAb + " -m:G", "m:H " + kBa + " -m:H"}).reports.size() == 1);
  CHECK(in_processes({"m:G " + kAb + " -m:G", "m:G " + kBa + " -m:G", kBa}).reports.size() == 1);
}

TEST_CASE("Another lock of the gate's class guards nothing: gates are instances") {
  CHECK(in_processes({"m:G1 " + kAb + " -m:G1", "m:G2 " + kBa + " -m:G2"}).reports.size() == 1);
}

TEST_CASE("A gate held for reading on both sides guards nothing, for reading on one side it does") {
  CHECK(in_processes({"r:G " + kAb + " -r:G", "r:G " + kBa + " -r:G"}).reports.size() == 1);
  check_note(in_processes({"r:G " + kAb + " -r:G", "w:G " + kBa + " -w:G"}), FilterKind::gate_lock,
             "guarded by rwlock G");
}

TEST_CASE("ABBA ordered by a join and a fork is a note") {
  Threads threads;
  threads.start("first", threads.first());
  threads.start("main", threads.joins_and_forks());
  check_note(threads.run(), FilterKind::must_order, "ordered by start, join or fence");
}

TEST_CASE("ABBA ordered by a fence is a note, whether or not the fence had to be waited for") {
  Threads threads;
  threads.start("first", threads.first());
  threads.start("second", threads.waits_for_fence());
  check_note(threads.run(), FilterKind::must_order, "ordered by start, join or fence");
}

TEST_CASE("A fence that is waited for after the second order does not order it") {
  Threads threads;
  threads.start("first", threads.first());
  threads.start("second", threads.waits_too_late());
  CHECK(threads.run().reports.size() == 1);
}

TEST_CASE("ABBA in one thread is a note") {
  check_note(in_one_process({kAb, kBa}), FilterKind::same_process, "one process only");
}

TEST_CASE("A trylock that backs off is quiet: nobody waits in it") {
  const OrderReport report = in_processes({kAb, "m:B t:A -t:A -m:B"});
  CHECK(report.reports.empty());
  CHECK(report.notes.empty());
}

TEST_CASE("A lock taken by trylock is held all the same") {
  CHECK(in_processes({"t:A m:B -m:B -t:A", kBa}).reports.size() == 1);
}

TEST_CASE("A note does not hide a longer cycle through the same locks that nothing guards") {
  const OrderReport report = in_processes(
      {"m:G " + kAb + " -m:G", "m:G " + kBa + " -m:G", "m:B m:C -m:C -m:B", "m:C m:A -m:A -m:C"});
  REQUIRE(report.reports.size() == 1);
  CHECK(report.reports[0].signature == "lock-order: lock A -> lock B -> lock C");
  CHECK(report.notes.size() == 1);
}

TEST_CASE("Each edge has its instance chain: who, what, when and what was held") {
  const OrderReport report =
      in_processes({"m:G m:A1 m:B1 -m:B1 -m:A1 -m:G", "m:B2 m:A2 -m:A2 -m:B2"});
  const EdgeWitness& seen = the(report.reports, "lock-order").edges[0].witness;
  CHECK(seen.process_name == "p0");
  CHECK(seen.object_label == "lock B1");
  CHECK(core::nanoseconds_of(seen.at) == 1'000);
  REQUIRE(seen.held.size() == 2);
  CHECK(seen.held[0].label == "lock G");
  CHECK(seen.held[1].label == "lock A1");
  CHECK(seen.from == 1);
}
