// JUnit and SARIF: what dashboards need is there, whatever bytes a report contains.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "campaign/check_report.hpp"
#include "campaign/check_rules.hpp"
#include "campaign/junit.hpp"
#include "campaign/sarif.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab::campaign;
using namespace fencelab::tests;
using fencelab::scenarios::Scenario;
using nlohmann::json;

namespace {

/// Records of one scenario, judged.
struct Judged {
  Scenario scenario;
  std::vector<CheckRecord> records;
  std::vector<Judgement> judgements;
  std::vector<const Scenario*> scenarios;
};

Judged judged(const Scenario& scenario, const std::vector<CheckRecord>& records,
              const Baseline& baseline = {}) {
  Judged all{scenario, records, {}, {}};
  for (const auto& record : records)
    all.judgements.push_back(judge(scenario, record, Strength::observed, baseline));
  return all;
}

json sarif_of(const Judged& all, bool has_baseline = false) {
  const std::vector<const Scenario*> scenarios(all.records.size(), &all.scenario);
  return json::parse(
      sarif_text(scenarios, all.records, all.judgements, {"1.2.3", "/src", has_baseline}));
}

std::string every_byte() {
  std::string text = "]]>&<\"'\xEF\xBF\xBE\xEF\xBF\xBF";
  for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
  return text;
}

CheckRecord crashed() {
  CheckRecord record = record_of("");
  record.status = "crashed";
  record.message = "the run died";
  return record;
}

}  // namespace

TEST_CASE("JUnit counts tests, failures and errors, and carries the report of a failure") {
  const Judged all =
      judged(scenario_expecting({"complete"}), {record_of("complete"), deadlocked(), crashed()});
  pugi::xml_document document;
  REQUIRE(document.load_string(junit_xml(all.records, all.judgements).c_str()));
  const auto suites = document.child("testsuites"), suite = suites.child("testsuite");
  for (const auto& node : {suites, suite}) {
    CHECK(node.attribute("tests").as_int() == 3);
    CHECK(node.attribute("failures").as_int() == 1);
    CHECK(node.attribute("errors").as_int() == 1);
  }
  CHECK(suite.attribute("name").value() == std::string("s"));
  const auto passed = suite.child("testcase"), failed = passed.next_sibling("testcase");
  CHECK(passed.attribute("classname").value() == std::string("fencelab.s"));
  CHECK(passed.attribute("name").value() == std::string("stack"));
  CHECK(passed.attribute("time").value() == std::string("0.000"));
  CHECK_FALSE(passed.child("failure"));
  const auto failure = failed.child("failure");
  CHECK(failure.attribute("type").value() == std::string("deadlock"));
  CHECK(std::string(failure.child_value()).find("deadlock at 1 ms\n core\n") != std::string::npos);
  CHECK(failed.next_sibling("testcase").child("error"));
}

TEST_CASE("JUnit is XML whatever bytes names and reports have") {
  CheckRecord record = deadlocked();
  record.stack = record.findings[0].text = record.findings[0].signature = every_byte();
  const Judged all = judged(scenario_expecting({}), {record});
  const std::string text = junit_xml(all.records, all.judgements);
  pugi::xml_document document;
  REQUIRE(document.load_string(text.c_str()));
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    CHECK((byte >= 0x20 || byte == '\n' || byte == '\t'));
  }
  for (std::size_t at = text.find("&#"); at != std::string::npos; at = text.find("&#", at + 1)) {
    const int number = std::stoi(text.substr(at + 2));
    CHECK((number == 9 || number == 10 || number >= 32));  // XML 1.0, production Char
  }
  CHECK(text.find("\xEF\xBF\xBE") == std::string::npos);
}

TEST_CASE("SARIF has what the standard requires, and one rule per rule") {
  const Judged all =
      judged(scenario_expecting({"complete"}), {record_of("complete"), deadlocked(), crashed()});
  const json document = sarif_of(all);
  CHECK(document.at("version") == "2.1.0");
  REQUIRE(document.at("runs").size() == 1);
  const json& run = document["runs"][0];
  const json& rules = run.at("tool").at("driver").at("rules");
  CHECK(run["tool"]["driver"].at("name") == "Fencelab");
  REQUIRE(rules.size() == check_rules().size());
  for (const json& rule : rules) {
    CHECK_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
    CHECK_FALSE(rule.at("help").at("text").get<std::string>().empty());
  }
  REQUIRE(run.at("results").size() == 2);
  for (const json& result : run["results"]) {
    CHECK(rules.at(result.at("ruleIndex").get<std::size_t>()).at("id") == result.at("ruleId"));
    CHECK(result.at("level") == "error");
    CHECK_FALSE(result.at("message").at("text").get<std::string>().empty());
    CHECK(result.at("partialFingerprints").at("fencelabClass/v1").get<std::string>().size() == 16);
    CHECK_FALSE(result.contains("baselineState"));
    const json& physical = result.at("locations").at(0).at("physicalLocation");
    CHECK(physical.at("artifactLocation").at("uri") == "dir/s.json");
  }
  // A finding stands where its first member does; what has no place, where the stack's claim does.
  const auto region = [&](std::size_t i) {
    return run["results"][i]["locations"][0]["physicalLocation"]["region"];
  };
  CHECK(region(0) == json({{"startLine", 7}, {"startColumn", 3}}));
  CHECK(region(1) == json({{"startLine", 9}, {"startColumn", 5}}));
}

TEST_CASE("SARIF fingerprints depend on the class, and on nothing that moves") {
  const auto print = [](const CheckRecord& record) {
    const json document = sarif_of(judged(scenario_expecting({"complete"}), {record}));
    return document["runs"][0]["results"].at(0).at("partialFingerprints").at("fencelabClass/v1");
  };
  CheckRecord moved = deadlocked();
  moved.findings[0].place.line = 1000;
  moved.findings[0].text = "other words";
  moved.findings[0].members = {"r"};
  moved.seeds = {7};
  CHECK(print(moved) == print(deadlocked()));
  moved.findings[0].signature += " <- more";
  CHECK(print(moved) != print(deadlocked()));
}

TEST_CASE("SARIF tells new findings from accepted ones when there is a baseline") {
  CheckRecord record = deadlocked();
  Baseline baseline;
  baseline.entries.push_back({baseline_key(record, record.findings[0]), Strength::observed, "", 0});
  record.findings.push_back(finding_of("deadlock", "deadlock"));
  record.findings[1].signature = "deadlock: another";
  const json document =
      sarif_of(judged(scenario_expecting({"complete"}), {record}, baseline), true);
  const json& results = document["runs"][0]["results"];
  REQUIRE(results.size() == 2);
  CHECK(results[0].at("baselineState") == "new");
  CHECK_FALSE(results[0].contains("suppressions"));
  CHECK(results[1].at("baselineState") == "unchanged");
  CHECK(results[1].at("level") == "note");
  CHECK(results[1].at("suppressions").at(0).at("kind") == "external");
}

TEST_CASE("SARIF shows a schedule as a code flow, step by step") {
  CheckRecord record = deadlocked();
  record.findings[0].way.token = "v1:ab12cd34:p.lock(a),q.lock(b)";
  record.findings[0].way.steps = {{"p", "lock(a)", "", "dir/s.json:7"}, {"q", "lock(b)"}};
  const json document = sarif_of(judged(scenario_expecting({"complete"}), {record}));
  const json& steps = document["runs"][0]["results"][0]
                          .at("codeFlows")
                          .at(0)
                          .at("threadFlows")
                          .at(0)
                          .at("locations");
  REQUIRE(steps.size() == 2);
  CHECK(steps[1].at("executionOrder") == 2);
  CHECK(steps[1].at("location").at("message").at("text") == "q.lock(b)");
  CHECK(steps[0].at("location").at("physicalLocation").at("region").at("startLine") == 7);
}

TEST_CASE("SARIF is JSON whatever bytes names and reports have") {
  CheckRecord record = deadlocked();
  record.stack = record.findings[0].text = record.findings[0].signature = every_byte();
  CHECK(sarif_of(judged(scenario_expecting({}), {record}))["runs"][0]["results"].size() == 1);
}

TEST_CASE("files below the folder have relative names, others a whole one, odd bytes are encoded") {
  CHECK(file_uri("a/b.json", "/src") == "a/b.json");
  CHECK(file_uri("./a/../b.json", "/src") == "b.json");
  CHECK(file_uri("/src/a/b.json", "/src") == "a/b.json");
  CHECK(file_uri("../b.json", "/src/x") == "file:///src/b.json");
  CHECK(file_uri("/else where/b.json", "/src") == "file:///else%20where/b.json");
  CHECK(file_uri("\xff#?.json", "/src") == "%FF%23%3F.json");
}

TEST_CASE("a report is complete in its first line, and at most forty lines long") {
  CheckRecord record = deadlocked();
  CheckFinding& finding = record.findings[0];
  finding.way.token = "v1:ab12cd34:p.lock(a),q.lock(b)";
  finding.text = "DEADLOCK  at 1 ms\n";
  for (int i = 0; i < 10; ++i) finding.text += " line\n";
  for (int i = 0; i < 200; ++i)
    finding.way.steps.push_back(i % 2 ? fencelab::analysis::TakenStep{"p", "lock(a)"}
                                      : fencelab::analysis::TakenStep{"q", "lock(b)"});
  finding.way.critical = 198;
  const std::string report = finding_report(record, finding, FindingStanding::failure);
  const std::string first = report.substr(0, report.find('\n'));
  for (const char* const part :
       {"DEADLOCK ", " rule=deadlock ", " scenario=s ", " stack=stack ", " strength=observed ",
        " executions=1 states=- blocked=- depth=- ", " standing=failure ",
        " class=\"deadlock: lock mutex a <- lock mutex b\"", " at=dir/s.json:7:3"})
    CHECK(first.find(part) != std::string::npos);
  CHECK(std::count(report.begin(), report.end(), '\n') <= 40);
  CHECK(report.find("rows left out") != std::string::npos);
  CHECK(report.find("\ncritical step: #199 q: lock(b); before it there is a way out\n") !=
        std::string::npos);
  CHECK(report.find("# *** no way out from here ***\n") != std::string::npos);
  CHECK(report.find("\nreplay: fencelab replay 'v1:ab12cd34:p.lock(a),q.lock(b)'\n") !=
        std::string::npos);
  CHECK(report.find("\nassumptions: one interleaving\n") != std::string::npos);
}
