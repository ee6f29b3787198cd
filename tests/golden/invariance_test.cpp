// What changes nothing in the machine changes nothing in what comes out: verdicts and every column
// of every run of the library.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "campaign/columns.hpp"
#include "tests/golden/plans.hpp"
#include "tests/golden/retold.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::tests;
using nlohmann::json;

namespace {

using Retell = std::function<json(const json&)>;

/// Columns that tell what there is, and not what happened, or hash names and order.
bool may_differ(const std::string& column) {
  static const std::set<std::string> kTold = {"operations_count", "events_count",
                                              "moved_bytes_by_link", "peak_bytes_by_pool",
                                              "fingerprint"};
  return kTold.contains(column);
}

std::string difference(const campaign::RunRecord& was, const campaign::RunRecord& is) {
  std::string text;
  if (was.status != is.status || was.verdict != is.verdict)
    text = fmt::format(" {} {} against {} {}", was.status, was.verdict, is.status, is.verdict);
  for (const campaign::Column& column : campaign::columns()) {
    if (column.is_cost || may_differ(column.name)) continue;
    const std::string &before = was.values.at(column.name), &now = is.values.at(column.name);
    if (before != now) text += fmt::format(" {} {} against {}", column.name, before, now);
  }
  return text;
}

/// Scenarios that come out otherwise if they are told so.
std::set<std::string> told_apart(const Retell& retell) {
  std::set<std::string> names;
  std::size_t index = 0;
  for (const std::string& file : library_files()) {
    if (kSanitized && ++index % 10 != 0) continue;
    json scenario = json::parse(std::ifstream(file));
    for (const char* const about : {"expect", "relations"}) scenario.erase(about);
    const Plan plan = plan_of_text(scenario.dump(), file);
    const Plan retold = plan_of_text(retell(scenario).dump(), file);
    const auto before = run(plan, 2), now = run(retold, 2);
    REQUIRE(before.size() == now.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::string found = difference(before[i], now[i]);
      if (found.empty()) continue;
      names.insert(plan.scenario.name);
      UNSCOPED_INFO(plan.scenario.name << " " << before[i].stack << " seed " << before[i].seed
                                       << ":" << found);
    }
  }
  return names;
}

using Set = std::set<std::string>;

}  // namespace

TEST_CASE("A client that does nothing changes nothing, wherever it is declared") {
  CHECK(told_apart([](const json& told) { return with_idle_client(told, false); }) == Set{});
  CHECK(told_apart([](const json& told) { return with_idle_client(told, true); }) == Set{});
}

TEST_CASE("A GPU that nobody uses changes nothing, wherever it is declared") {
  CHECK(told_apart([](const json& told) { return with_unused_gpu(told, false); }) == Set{});
  CHECK(told_apart([](const json& told) { return with_unused_gpu(told, true); }) == Set{});
}

TEST_CASE("Names change nothing, nor does their order") {
  CHECK(told_apart([](const json& told) { return renamed(told); }) == Set{});
}

TEST_CASE("The order in which resources are declared changes nothing") {
  CHECK(told_apart(with_resources_reversed) == Set{});
}

TEST_CASE("The order in which processes are declared decides only who of two goes first") {
  // Who is declared first goes first where two act at one instant, in these for all that follows:
  // three clients that begin together on one engine, a process that is killed when another one
  // submits, a mover of pages that wakes with those who read them.
  CHECK(told_apart(with_processes_reversed) ==
        (kSanitized ? Set{} : Set{"amdgpu-owner-rule", "killed-client", "userptr-starved"}));
}
