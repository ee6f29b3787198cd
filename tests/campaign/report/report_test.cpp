// What report.html holds: the numbers of compare.csv, every name as data, and no more than it may.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "campaign/report/json_text.hpp"
#include "campaign/report/point_judgement.hpp"
#include "campaign/report/report_data.hpp"
#include "campaign/report/report_page.hpp"
#include "campaign/tables.hpp"
#include "scenarios/loader.hpp"

using namespace fencelab::campaign;
using nlohmann::json;

namespace {

using StoredPoint = std::vector<StoredRun>;

StoredRun run_of(const std::string& scenario, const std::string& stack, std::uint64_t seed,
                 std::map<std::string, std::string> values) {
  RunRecord record;
  record.scenario = scenario;
  record.stack = stack;
  record.file = scenario + ".json";
  record.seed = seed;
  record.verdict = "complete";
  record.values = std::move(values);
  StoredRun run{
      {"key", scenario, "", stack, record.file, seed,
       "fencelab run " + record.file + " --stack " + stack + " --seeds " + std::to_string(seed)},
      record,
      "a build"};
  return run;
}

/// Two stacks with three seeds each, times of which differ by chance, counts always in the same
/// way.
StoredPoint sample_point(const std::string& scenario = "s") {
  StoredPoint point;
  for (const auto& [stack, seed, time, jobs] : {std::tuple{"a", 1, "10", "4"},
                                                {"a", 2, "21", "4"},
                                                {"a", 3, "35", "4"},
                                                {"b", 1, "13", "5"},
                                                {"b", 2, "25", "5"},
                                                {"b", 3, "36.5", "5"}})
    point.push_back(
        run_of(scenario, stack, static_cast<std::uint64_t>(seed),
               {{"makespan_ns", time}, {"jobs_done_count", jobs}, {"resets_count", "0"}}));
  return point;
}

void add(ReportData& report, const StoredPoint& point, const std::string& judgement = "") {
  Drawings drawings;
  RunGroups groups;
  for (const StoredRun& run : point) {
    groups.add(run.record);
    report.add(run, drawings);
  }
  report.end_point(groups.take(), judgement);
}

json data_of(const std::vector<StoredPoint>& points, const CompareOptions& options = {},
             const std::string& judgement = "") {
  ReportData report(options);
  for (const StoredPoint& point : points) add(report, point, judgement);
  return json::parse(report.json(points.size()));
}

json at(const json& column, std::size_t cell) {
  return column.is_object() ? column.at("all") : column.at(cell);
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line + ",");
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

std::string text_of(const json& number) {
  return number.is_null() ? std::string() : fmt::format("{:.9g}", number.get<double>());
}

}  // namespace

TEST_CASE("Each number of compare.csv is in the report, digit for digit") {
  const std::vector<StoredPoint> points{sample_point("s"), sample_point("t")};
  const json data = data_of(points);
  std::size_t rows = 0, cell = 0;
  for (const StoredPoint& point : points) {
    RunGroups groups;
    for (const StoredRun& run : point) groups.add(run.record);
    std::istringstream csv(compare_csv_rows(groups.take(), {}));
    std::string stack = "a";
    for (std::string line; std::getline(csv, line); ++rows) {
      const auto fields = fields_of(line);
      if (fields[3] != stack) ++cell;
      stack = fields[3];
      INFO(line);
      if (fields[6] == "resets_count") continue;  // see below
      const json& metric = data.at("estimates").at(fields[6]);
      const char* const names[] = {
          "n", "mean", "low", "high", "ratio", "difference", "difference_low", "difference_high"};
      for (std::size_t i = 0; i < std::size(names); ++i)
        CHECK(text_of(at(metric.at(names[i]), cell)) == fields[8 + i]);
    }
    ++cell;
  }
  CHECK(rows == 12);
  CHECK_FALSE(data.at("estimates").contains("resets_count"));
  CHECK(data.at("always_zero").dump().find("resets_count") != std::string::npos);
}

TEST_CASE("Tests are adjusted within a metric, over all points, and exact differences have none") {
  const json data = data_of({sample_point("s"), sample_point("t")});
  const json& metric = data.at("estimates").at("makespan_ns");
  // Differences 3, 4, 1.5: t = 3.9059 with two degrees of freedom; two such tests.
  CHECK(metric.at("p").at(1).get<double>() == Catch::Detail::Approx(0.0597).epsilon(0.01));
  CHECK(metric.at("p_adjusted").at(1).get<double>() ==
        Catch::Detail::Approx(2 * metric.at("p").at(1).get<double>()));
  CHECK(metric.at("p").at(0).is_null());
  CHECK(data.at("estimates").at("jobs_done_count").at("p") == json{{"all", nullptr}});
}

TEST_CASE("The baseline of the options is that of the report, and metrics asked for come first") {
  const json data = data_of({sample_point()}, {.baseline = "b", .metrics = {"jobs_done_count"}});
  const json& difference = data.at("estimates").at("jobs_done_count").at("difference");
  CHECK(difference == json{-1, 0});
  CHECK(data.at("chosen") == json{"jobs_done_count"});
  CHECK(data.at("estimates").contains("makespan_ns"));
}

TEST_CASE("A cell tells its seeds, its verdicts and the command that makes it again") {
  StoredPoint point = sample_point();
  point[4].record.verdict = "deadlock";
  const json data = data_of({point});
  const json& cell = data.at("cells").at(1);
  CHECK(cell.at("seeds") == "1..3");
  CHECK(cell.at("verdicts") == json{{"complete", 2, 1}, {"deadlock", 1, 2}});
  CHECK(cell.at("command") == json{"fencelab run s.json --stack b --seeds ", ""});
}

TEST_CASE("What got stuck is told once for a class and a cell, with the runs that it happened in") {
  StoredPoint point = sample_point();
  for (const std::size_t run : {std::size_t{3}, std::size_t{4}})
    for (int twice = 0; twice < 2; ++twice)
      point[run].record.incidents.push_back({.kind = "deadlock",
                                             .signature = "class",
                                             .text = "story",
                                             .json = "",
                                             .dot = "",
                                             .members = {},
                                             .place = {},
                                             .edges = {}});
  const json data = data_of({point});
  REQUIRE(data.at("stuck").at("entries").size() == 1);
  const json& entry = data.at("stuck").at("entries").at(0);
  CHECK(entry.at("cell") == 1);
  CHECK(entry.at("runs") == 2);
  CHECK(entry.at("seed") == 1);
  CHECK(data.at("names").at(entry.at("text").get<std::size_t>()) == "story");
  CHECK(entry.at("drawing").is_null());
}

TEST_CASE("Dependencies are summed over runs by rule and by buffer, and no count is lost") {
  StoredPoint point = sample_point();
  for (std::size_t run = 0; run < 3; ++run)
    for (int i = 0; i < 40; ++i)
      point[run].record.dependencies.push_back({.consumer = "c",
                                                .producer = "p",
                                                .buffer = "b" + std::to_string(i),
                                                .policy = "implicit",
                                                .rule = "resv_write",
                                                .where = "queue",
                                                .needed = i % 2 == 0,
                                                .count = 2,
                                                .cost_ns = i % 2 ? i : 0,
                                                .example = ""});
  const json data = data_of({point});
  const json& sums = data.at("cells").at(0).at("dependencies");
  REQUIRE(sums.at("rules").size() == 1);
  CHECK(sums.at("rules").at(0).at(2) == 3 * 20 * 2);
  CHECK(sums.at("rules").at(0).at(3) == 3 * 20 * 2);
  CHECK(sums.at("rules").at(0).at(4) == 3 * 400);  // 1 + 3 + ... + 39
  CHECK(sums.at("buffers").size() == 13);
  std::int64_t needed = 0, unneeded = 0, cost = 0;
  for (const json& row : sums.at("buffers")) {
    needed += row.at(1).get<std::int64_t>();
    unneeded += row.at(2).get<std::int64_t>();
    cost += row.at(3).get<std::int64_t>();
  }
  CHECK((needed == 120 && unneeded == 120 && cost == 1200));
}

TEST_CASE("No name can leave the data of the page, whatever it is") {
  const std::string evil = "</script><script>alert(1)</script><!--\"'&\xff=cmd()";
  StoredPoint point = sample_point(evil);
  for (StoredRun& run : point) run.record.stack += evil;
  point[0].record.incidents.push_back({.kind = evil,
                                       .signature = evil,
                                       .text = evil,
                                       .json = "",
                                       .dot = "",
                                       .members = {},
                                       .place = {},
                                       .edges = {}});
  ReportData report({});
  add(report, point);
  const std::string page = report_page(report.json(1));
  const std::string_view shell = report_template();
  const std::size_t at = shell.find(kDataPlace);
  const std::string_view before = shell.substr(0, at), after = shell.substr(at + kDataPlace.size());
  REQUIRE(page.starts_with(before));
  REQUIRE(page.ends_with(after));
  const std::string data = page.substr(at, page.size() - before.size() - after.size());
  CHECK(data.find('<') == std::string::npos);
  const json read = json::parse(data);
  std::string kept = evil;
  kept.replace(kept.find('\xff'), 1, "\xef\xbf\xbd");  // U+FFFD stands for bytes that are no text
  CHECK(read.at("points").at(0).at("scenario") == kept);
  CHECK(read.at("stacks").at(0) == "a" + kept);
}

TEST_CASE("The page forbids everything but what is in it, and nothing in it is elsewhere") {
  const std::string_view page = report_template();
  CHECK(page.find("default-src 'none'; script-src 'sha256-") != std::string_view::npos);
  CHECK(page.find("unsafe") == std::string_view::npos);
  for (const char* const outside : {"src=\"", "href=\"http", "@import", "url("})
    CHECK(page.find(outside) == std::string_view::npos);
  CHECK(page.find("Permission is hereby granted") != std::string_view::npos);  // uPlot's licence
  CHECK(page.size() < 400'000);
}

TEST_CASE("Cells beyond what a page can show are counted, not shown") {
  std::vector<StoredPoint> points;
  StoredPoint point;
  for (std::size_t i = 0; i < ReportData::kMostCells + 10; ++i) {
    StoredPoint one;
    one.push_back(run_of("s" + std::to_string(i), "a", 1, {{"makespan_ns", "1"}}));
    points.push_back(std::move(one));
  }
  const json data = data_of(points);
  CHECK(data.at("cells").size() == ReportData::kMostCells);
  CHECK(data.at("cells_left_out") == 10);
  CHECK(data.at("runs") == ReportData::kMostCells + 10);
}

TEST_CASE("A judgement says what was expected, with which strength, and what is not so") {
  const auto loaded = fencelab::scenarios::load_scenario(
      R"({"format": 1, "name": "s", "platform": {"gpus": [{"name": "g", "engines": ["e"]}]},
          "processes": [{"name": "p", "threads": [
          {"name": "main", "program": [{"think": "1 ms"}]}]}], "stacks": ["linux-implicit", "xe"],
          "expect": {"linux-implicit": {"verdict": "complete", "strength": "proved", "why": "so"}}})",
      "s.json", {});
  INFO(fencelab::scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  RunRecord record;
  record.scenario = "s";
  record.file = "s.json";
  record.stack = "linux-implicit";
  record.verdict = "stall";
  RunRecord other = record;
  other.stack = "xe";
  PointJudge judge(*loaded, true);
  judge.add(record);
  judge.add(other);
  judge.end();
  const PointJudgement& judged = judge.judgement();
  const PointJudgement read = PointJudgement::from_json(judged.to_json());
  REQUIRE(read.stacks.size() == 2);
  CHECK(read.stacks[0].stated);
  CHECK(read.stacks[0].verdicts == std::vector<std::string>{"complete"});
  CHECK(read.stacks[0].strength == "proved");
  CHECK(read.stacks[0].why == "so");
  REQUIRE(read.stacks[0].failures.size() == 1);
  CHECK(read.stacks[0].failures[0].find("expected verdict complete, got stall") !=
        std::string::npos);
  CHECK_FALSE(read.stacks[1].stated);
  CHECK(read.stacks[1].failures.empty());
}

TEST_CASE("Numbers have nine digits, and what is none is null") {
  CHECK(json_of(1.0 / 3) == "0.333333333");
  CHECK(json_of(12.0) == "12");
  CHECK(json_of(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json_column(std::vector<int>{4, 4}, [](int i) { return json_of(i); }) == R"({"all":4})");
  CHECK(json_column(std::vector<int>{4, 5}, [](int i) { return json_of(i); }) == "[4,5]");
}
