// The report: signatures for baselines, the table of n columns, sources of the contract.
#include <algorithm>
#include <catch2/catch.hpp>

#include "analysis/lockdep/rules.hpp"
#include "analysis/lockdep/text.hpp"
#include "tests/analysis/lockdep/kernel_scenes.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
namespace core = fencelab::core;
using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> kThree = {"m:A1 m:B1 -m:B1 -m:A1", "m:B1 m:C1 -m:C1 -m:B1",
                                         "m:C1 m:A1 -m:A1 -m:C1"};

OrderReport alloc_in_section() {
  Kernel kernel;
  kernel.start("run_job",
               kernel.alloc_in_section(kernel.fence("gpu7"), core::AllocContext::kernel));
  return kernel.run();
}

}  // namespace

TEST_CASE("Signatures know no instances, no order of events and no numbers") {
  std::vector<std::string> scripts = kThree;
  const std::string first = in_processes(scripts).reports.at(0).signature;
  std::reverse(scripts.begin(), scripts.end());
  for (std::string& script : scripts) std::replace(script.begin(), script.end(), '1', '8');
  CHECK(in_processes(scripts).reports.at(0).signature == first);
  CHECK(alloc_in_section().reports.at(0).signature ==
        "alloc-in-signalling-section: dma_fence job fence of gpu# -> reclaim fs_reclaim");
}

TEST_CASE("The table has one column per edge, each with what it has and what it wants") {
  const std::string text = render_prediction(in_processes(kThree).reports.at(0));
  CHECK_THAT(text, Contains("PREDICTED(open) lock-order"));
  CHECK_THAT(text, Contains("[lock] A -> [lock] B -> [lock] C -> [lock] A"));
  for (const char* line : {"p0", "p1", "p2", "has lock A1", "wants lock B1", "has lock C1",
                           "*** could not go on ***", "holds lock B1 since 0.002 ms   <-"})
    CHECK_THAT(text, Contains(line));
}

TEST_CASE("An edge of the contract names its source") {
  const OrderReport report = alloc_in_section();
  const std::string text = render_order_report(report);
  CHECK_THAT(text, Contains("(contract)"));
  CHECK_THAT(text, Contains("drivers/dma-buf/dma-fence.c"));
  for (const ContractRule& rule : contract()) {
    CHECK_FALSE(rule.source.empty());
    CHECK_FALSE(rule.words.empty());
  }
}

TEST_CASE("Two reservations taken in both orders without a ticket are shown as two columns [D07]") {
  Watched watched;
  core::WwMutex a(watched.simulation, "of a", kResvClass),
      b(watched.simulation, "of b", kResvClass);
  const auto take = [](core::Simulation& in, core::WwMutex& first, core::WwMutex& second,
                       int at) -> core::Task<> {
    co_await core::sleep_for(in, core::Duration(at));
    co_await first.lock(nullptr);
    co_await second.lock(nullptr);
    second.unlock();
    first.unlock();
  };
  watched.start("one", take(watched.simulation, a, b, 10));
  watched.start("two", take(watched.simulation, b, a, 20));
  const OrderReport report = watched.run();
  const Prediction& prediction = the(report.reports, "lock-recursion");
  CHECK(prediction.signature == "lock-recursion: ww_mutex dma_resv");
  REQUIRE(prediction.edges.size() == 2);
  CHECK(prediction.edges[0].witness.process_name == "one");
  CHECK(prediction.edges[1].witness.process_name == "two");
  CHECK_THAT(render_prediction(prediction), Contains("wants ww_mutex of a"));
}

TEST_CASE("The state is the caller's: a refuted prediction says so") {
  OrderReport report = in_processes(kThree);
  report.reports.at(0).state = PredictionState::refuted;
  CHECK_THAT(render_order_report(report), Contains("PREDICTED(refuted)"));
}

TEST_CASE("Nothing to report is said in words") {
  CHECK_THAT(render_order_report(in_processes({"m:A m:B -m:B -m:A"})), Contains("no order that"));
}

TEST_CASE("Every rule a report can have is explained") {
  for (const char* rule : {"lock-order", "completion-in-reclaim", "double-unlock"})
    CHECK(words_of_rule(rule) != words_of_rule("no such rule"));
}
