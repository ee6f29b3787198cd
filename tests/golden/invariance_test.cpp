// What changes nothing in the machine changes nothing in what comes out: verdicts and every column
// of every run of the library.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
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

using Set = std::set<std::string>;

/// What was and what is, in a column, and whether that is as it should be.
using Compare = std::function<bool(const campaign::Column& column, const std::string& was,
                                   const std::string& is)>;

/// Scenarios that came out otherwise, and how.
struct Differences {
  Set names;
  std::string text;

  void compare(const Plan& before, const Plan& after, const Compare& is_right) {
    const auto were = run(before, 2), are = run(after, 2);
    REQUIRE(were.size() == are.size());
    for (std::size_t i = 0; i < were.size(); ++i) {
      const std::string found = difference(were[i], are[i], is_right);
      if (found.empty()) continue;
      names.insert(before.scenario.name);
      text += fmt::format("{} {} seed {}:{}\n", before.scenario.name, were[i].stack, were[i].seed,
                          found);
    }
  }

 private:
  static std::string difference(const campaign::RunRecord& was, const campaign::RunRecord& is,
                                const Compare& is_right) {
    std::string text;
    if (was.status != is.status || was.verdict != is.verdict)
      text = fmt::format(" {} {} against {} {}", was.status, was.verdict, is.status, is.verdict);
    for (const campaign::Column& column : campaign::columns()) {
      if (column.is_cost) continue;
      const std::string &before = was.values.at(column.name), &now = is.values.at(column.name);
      if (!is_right(column, before, now))
        text += fmt::format(" {} {} against {}", column.name, before, now);
    }
    return text;
  }
};

/// A tenth of the library under sanitizers.
std::vector<std::string> some_files() {
  const std::vector<std::string> all = library_files();
  if (!kSanitized) return all;
  std::vector<std::string> some;
  for (std::size_t i = 9; i < all.size(); i += 10) some.push_back(all[i]);
  return some;
}

/// Columns that name what there is.
const Set kNames = {"moved_bytes_by_link", "peak_bytes_by_pool"};

/// The same but for columns in `told`, which that way of telling changes, and for the hash of names
/// and order.
Compare same_but(const Set& told) {
  return [told](const campaign::Column& column, const std::string& was, const std::string& is) {
    return was == is || column.name == "fingerprint" || told.contains(column.name);
  };
}

/// Whether it is twice as long, if it is a time. Percentiles are upper ends of buckets, and what
/// each of many transfers and faults takes is a whole number of nanoseconds: within two millionths.
bool is_slowed(const campaign::Column& column, const std::string& was, const std::string& is) {
  if (column.name == "fingerprint") return true;
  if (column.unit == "ratio" && !was.empty() && !is.empty())
    return std::abs(std::stod(is) - std::stod(was)) <= 1e-6;
  if (column.unit != "ns" || was.empty() || is.empty()) return was == is;
  const std::int64_t before = std::stoll(was), now = std::stoll(is);
  const bool is_percentile = column.name.find("_p") != std::string::npos;
  if (is_percentile && now == 2 * before + 1) return true;
  return std::abs(now - 2 * before) <= std::max<std::int64_t>(8, before / 500'000);
}

Differences when_told(const std::function<json(const json&)>& retell, const Set& told) {
  Differences differences;
  for (const std::string& file : some_files()) {
    json scenario = json::parse(std::ifstream(file));
    for (const char* const about : {"expect", "relations"}) scenario.erase(about);
    differences.compare(plan_of_text(scenario.dump(), file),
                        plan_of_text(retell(scenario).dump(), file), same_but(told));
  }
  return differences;
}

void check_untold(const std::function<json(const json&)>& retell, const Set& told) {
  const Differences found = when_told(retell, told);
  INFO(found.text);
  CHECK(found.names.empty());
}

}  // namespace

TEST_CASE("A client that does nothing changes nothing, wherever it is declared") {
  const Set its_own = {"operations_count", "events_count"};
  check_untold([](const json& told) { return with_idle_client(told, false); }, its_own);
  check_untold([](const json& told) { return with_idle_client(told, true); }, its_own);
}

TEST_CASE("A GPU that nobody uses changes nothing, wherever it is declared") {
  const Set its_own = {"events_count", "peak_bytes_by_pool"};
  check_untold([](const json& told) { return with_unused_gpu(told, false); }, its_own);
  check_untold([](const json& told) { return with_unused_gpu(told, true); }, its_own);
}

TEST_CASE("Names change nothing, nor does their order") {
  check_untold([](const json& told) { return renamed(told); }, kNames);
}

TEST_CASE("The order in which resources are declared changes nothing") {
  // One more GPU is among them, so that none is the first by accident.
  check_untold(with_resources_reversed,
               {"events_count", "moved_bytes_by_link", "peak_bytes_by_pool"});
}

TEST_CASE("The order in which processes are declared decides only who of two goes first") {
  // Who is declared first goes first where two act at one instant, in these for all that follows:
  // clients that begin together on one engine (three files) or have their queues mapped by one
  // firmware, a process that is killed when another one submits, a mover of pages that wakes with
  // those who read them.
  const Differences found = when_told(with_processes_reversed, {"events_count"});
  INFO(found.text);
  const Set told{"amdgpu-owner-rule", "culprit-cpu-signal", "killed-client",
                 "reset-last-resort", "timeouts-as-policy", "userptr-starved"};
  Set expected;
  for (const std::string& file : some_files()) {
    const std::string name = std::filesystem::path(file).stem();
    if (told.contains(name)) expected.insert(name);
  }
  CHECK(found.names == expected);
}

TEST_CASE("In slow motion everything takes twice as long, and nothing else changes") {
  Differences differences;
  for (const std::string& file : some_files()) {
    const Plan plan = plan_of_file(file);
    Plan slower = plan;
    slow_down(slower);
    differences.compare(plan, slower, is_slowed);
  }
  INFO(differences.text);
  // In one a transfer takes half a nanosecond less, and so a victim is another; in the other the
  // fair order compares averages in whole microseconds, as the kernel does.
  CHECK(differences.names ==
        (kSanitized ? Set{} : Set{"headless-compute", "one-deep-varying-jobs"}));
}
