// fencelab compare: stored runs, compared anew.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;
using Arguments = std::vector<std::string>;

namespace {

/// Ten jobs whose durations are drawn, under two stacks.
constexpr const char* kDraws = R"json({
  "format": 1, "name": "NAME",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "p", "contexts": [{"name": "c", "engine": "rcs0"}],
    "threads": [{"name": "main", "program": [{"loop": {"times": 10, "body": [
      {"id": "j", "submit": {"context": "c", "duration": {"uniform": ["1 ms", "2 ms"]}}},
      {"wait": {"ops": ["j"]}}]}}]}]}],
  "stacks": ["linux-implicit", "vulkan-timeline"]
})json";

std::string draws(const std::string& name = "draws") {
  std::string text = kDraws;
  return text.replace(text.find("NAME"), 4, name);
}

Outcome run_into(const std::string& file, const std::string& out, const Arguments& more = {}) {
  Arguments arguments{"run", file, "--quiet", "--seeds", "1..3", "--out", out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments);
}

Outcome compare_into(const std::string& out, const Arguments& more) {
  Arguments arguments{"compare", "--out", out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_fencelab(arguments);
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("compare writes the tables that run wrote, and prints what it printed", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out"), again = folder.path("again");
  const Outcome run = run_into(folder.file("draws.json", draws()), out);
  REQUIRE(run.exit_code == 0);
  const Outcome compare = compare_into(again, {out});
  INFO(compare.err);
  CHECK(compare.exit_code == 0);
  for (const char* const table : {"/runs.csv", "/compare.csv"})
    CHECK(read_file(again + table) == read_file(out + table));
  const std::string table = run.out.substr(0, run.out.find("\n\n"));
  CHECK(compare.out.substr(0, table.size()) == table);
  CHECK(table.find("vulkan-timeline") != std::string::npos);
}

TEST_CASE("compare takes any baseline, and only the metrics that were asked for", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out"), again = folder.path("again");
  REQUIRE(run_into(folder.file("draws.json", draws()), out).exit_code == 0);
  REQUIRE(compare_into(again, {out, "--baseline", "vulkan-timeline", "--metric", "ioctl_p50_ns",
                               "--metric", "makespan_ns"})
              .exit_code == 0);
  const std::string csv = read_file(again + "/compare.csv");
  CHECK(lines_of(csv) == 5);  // a header, and two metrics of two stacks
  const std::size_t first = csv.find("linux-implicit,complete,vulkan-timeline,ioctl_p50_ns,ns,3,");
  const std::size_t second = csv.find("linux-implicit,complete,vulkan-timeline,makespan_ns,ns,3,");
  CHECK(first < second);
  CHECK(second != std::string::npos);
}

TEST_CASE("parts of a campaign are compared as the whole, and what both have counts once",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws());
  REQUIRE(run_into(file, folder.path("whole")).exit_code == 0);
  Arguments parts;
  for (const char* const part : {"1/2", "2/2"}) {
    parts.push_back(folder.path(std::string("part") + part[0]));
    REQUIRE(run_into(file, parts.back(), {"--shard", part}).exit_code == 0);
  }
  const Outcome one = compare_into(folder.path("one"), {parts[0]});
  CHECK(one.exit_code == 0);
  CHECK(lines_of(read_file(folder.path("one/runs.csv"))) == 4);
  parts.push_back(parts[0]);
  const Outcome all = compare_into(folder.path("all"), parts);
  INFO(all.err);
  CHECK(all.exit_code == 0);
  // Runs were made twice, so what they took differs; what they tell does not.
  CHECK(read_file(folder.path("all/compare.csv")) == read_file(folder.path("whole/compare.csv")));
  CHECK(lines_of(read_file(folder.path("all/runs.csv"))) == 7);
}

TEST_CASE("folders of different campaigns are refused", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(run_into(folder.file("a.json", draws("a")), folder.path("a")).exit_code == 0);
  REQUIRE(run_into(folder.file("b.json", draws("b")), folder.path("b")).exit_code == 0);
  const Outcome outcome = compare_into(folder.path("both"), {folder.path("a"), folder.path("b")});
  check_refused(outcome);
  CHECK(contains(outcome.err, folder.path("b") + ": this is no part of the same campaign"));
  CHECK_FALSE(std::filesystem::exists(folder.path("both")));
}

TEST_CASE("compare refuses what is no campaign, no stack or no metric, and writes nothing",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out"), again = folder.path("again");
  REQUIRE(run_into(folder.file("draws.json", draws()), out).exit_code == 0);
  const auto refusal = [&](const Arguments& arguments) {
    const Outcome outcome = compare_into(again, arguments);
    check_refused(outcome);
    CHECK_FALSE(std::filesystem::exists(again));
    return outcome.err;
  };
  CHECK(contains(refusal({folder.path("nowhere")}), "nowhere/results.sqlite: there is no such"));
  CHECK_FALSE(std::filesystem::exists(folder.path("nowhere")));
  CHECK(
      contains(refusal({out, "--baseline", "linux-implict"}), "did you mean \"linux-implicit\"?"));
  CHECK(contains(refusal({out, "--metric", "makespan"}), "did you mean \"makespan_ns\"?"));
  CHECK(contains(refusal({out, "--metric", "fingerprint"}), "there is no such"));
  CHECK(contains(refusal({out, "--metric", "wall_time_s"}), "there is no such"));
}

TEST_CASE("stored runs that one may only read can be compared and merged", "[cli]") {
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  const std::string file = folder.file("draws.json", draws()), out = folder.path("a%20?b#");
  REQUIRE(run_into(file, out).exit_code == 0);
  ::chmod(out.c_str(), 0555);
  std::filesystem::create_directory(folder.path("open"));
  ::chmod(folder.path("open").c_str(), 0777);
  const auto as_nobody = [] {
    if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(124);
  };
  const Outcome compared = run_fencelab(
      {"compare", out, "--out", folder.path("open/compared"), "--against", out}, as_nobody);
  INFO(compared.err);
  CHECK(compared.exit_code == 0);
  CHECK(read_file(folder.path("open/compared/runs.csv")) == read_file(out + "/runs.csv"));
  const Outcome merged =
      run_fencelab({"merge", out, "--out", folder.path("open/merged")}, as_nobody);
  INFO(merged.err);
  CHECK(merged.exit_code == 0);
  CHECK(read_file(folder.path("open/merged/compare.csv")) == read_file(out + "/compare.csv"));
  ::chmod(out.c_str(), 0755);  // so that it can go
}
