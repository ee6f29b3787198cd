#include "campaign/tables.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "campaign/columns.hpp"
#include "campaign/files.hpp"
#include "campaign/run_all.hpp"

using namespace fencelab::campaign;

TEST_CASE("docs/reference/columns.md is what the program says of its columns") {
  std::ifstream file(FENCELAB_SOURCE_DIR "/docs/reference/columns.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  CHECK(page == columns_markdown());
}

TEST_CASE("CSV fields are quoted, and formulas are defused") {
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv_field("=cmd()") == "'=cmd()");
  CHECK(csv_field("-3.5") == "-3.5");
}

TEST_CASE("No name, whatever it is, is a formula or a field of its own in any table") {
  RunRecord record;
  record.scenario = "=cmd()";
  record.point = "@a=1,b";
  record.stack = "+\"x\"";
  record.verdict = "complete";
  record.values["makespan_ns"] = "-1";
  const std::string key = "2,'=cmd(),\"'@a=1,b\",\"'+\"\"x\"\"\",";
  CHECK(runs_csv({record}, "-build").find("\n" + key + "0,ok,complete,'-build,-1,") !=
        std::string::npos);
  CHECK(compare_csv({record}).find("\n" + key + "complete,\"'+\"\"x\"\"\",makespan_ns,") !=
        std::string::npos);
}

TEST_CASE("A baseline that a point does not have is no baseline there") {
  RunRecord record;
  record.scenario = "s";
  record.stack = "a";
  record.verdict = "complete";
  record.values["makespan_ns"] = "7";
  const std::string rows = compare_csv_rows({record}, {.baseline = "b", .metrics = {}});
  CHECK(rows == "2,s,,a,complete,,makespan_ns,ns,1,7,,,,,,,,\n");
}

TEST_CASE("Intervals are Student-t, and differences are paired by seed") {
  std::vector<RunRecord> records;
  for (const auto& [stack, seed, value] : {std::tuple{"a", 1, "10"},
                                           {"a", 2, "20"},
                                           {"a", 3, "30"},
                                           {"b", 1, "11"},
                                           {"b", 2, "21"},
                                           {"b", 3, "31"}}) {
    RunRecord record;
    record.scenario = "s";
    record.stack = stack;
    record.seed = static_cast<std::uint64_t>(seed);
    record.verdict = "complete";
    record.values["makespan_ns"] = value;
    records.push_back(record);
  }
  const std::string csv = compare_csv(records);
  // mean 20, s = 10, t(0.975, 2) = 4.30265: half width 24.8414; the paired difference is 1 without
  // spread.
  CHECK(csv.find("2,s,,a,complete,a,makespan_ns,ns,3,20,-4.84137712,44.8413771,1,0,0,0,,\n") !=
        std::string::npos);
  CHECK(csv.find("2,s,,b,complete,a,makespan_ns,ns,3,21,-3.84137712,45.8413771,1.05,1,1,1,,\n") !=
        std::string::npos);
}

TEST_CASE(
    "A stack is measured against itself under the oracle, else against the stack of that name") {
  std::vector<RunRecord> records;
  for (const auto& [stack, value] :
       {std::pair{"a", "30"}, {"b", "50"}, {"oracle", "20"}, {"a+oracle", "10"}}) {
    RunRecord record;
    record.scenario = "s";
    record.stack = stack;
    record.seed = 1;
    record.verdict = "complete";
    record.values["makespan_ns"] = value;
    records.push_back(record);
  }
  const std::string csv = compare_csv(records);
  CHECK(csv.find("2,s,,a,complete,a,makespan_ns,ns,1,30,,,1,0,,,a+oracle,3\n") !=
        std::string::npos);
  CHECK(csv.find("2,s,,b,complete,a,makespan_ns,ns,1,50,,,1.66666667,20,,,oracle,2.5\n") !=
        std::string::npos);
  CHECK(csv.find("oracle,complete,a,makespan_ns,ns,1,20,,,0.666666667,-10,,,,\n") !=
        std::string::npos);
}

TEST_CASE("A run that crashes loses itself only, and results keep the order of the items") {
  std::vector<WorkItem> items(3);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].identity.seed = i;
    items[i].work = [i] {
      if (i == 1) {
        std::signal(SIGABRT, SIG_DFL);  // or the test framework's handler speaks up in the child
        std::abort();
      }
      RunRecord record;
      record.seed = i;
      record.verdict = "complete";
      return record;
    };
  }
  const auto records = run_all(items, 2, [](const RunRecord&) {});
  REQUIRE(records.size() == 3);
  CHECK((records[0].seed == 0 && records[0].status == "ok"));
  CHECK(
      (records[1].status == "crashed" && records[1].message.find("signal 6") != std::string::npos));
  CHECK((records[2].seed == 2 && records[2].status == "ok"));
}

TEST_CASE("A file that cannot be written is an error with the reason, and leaves nothing behind") {
  const auto failure = write_file("/proc/nowhere/runs.csv", "x");
  REQUIRE(failure);
  CHECK(failure->find("/proc/nowhere/runs.csv") != std::string::npos);
  CHECK(write_file("/dev/full.does-not-exist/x", "x"));
}
