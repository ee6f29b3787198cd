#include "campaign/junit.hpp"

#include <fmt/format.h>

#include "campaign/check_report.hpp"
#include "campaign/xml.hpp"

namespace fencelab::campaign {

namespace {

std::string seconds(double value) { return fmt::format("{:.3f}", value); }

/// Everything that failed, with the reports of the findings.
void add_failures(pugi::xml_node test, const CheckRecord& record, const Judgement& judgement) {
  for (const CheckFailure& failure : judgement.failures) {
    const bool is_error = failure.blame == Blame::crash;
    pugi::xml_node node = test.append_child(is_error ? "error" : "failure");
    set_attribute(node, "type", failure.rule);
    set_attribute(node, "message", failure.message);
    std::string text = failure.message + "\n";
    if (failure.finding)
      text += finding_report(record, record.findings[*failure.finding], FindingStanding::failure);
    node.append_child(pugi::node_pcdata).set_value(xml_text(text).c_str());
  }
}

std::string summary(const CheckRecord& record, const Judgement& judgement) {
  std::string text =
      fmt::format("verdict={} strength={} asked={} {} result={}\n",
                  record.verdict.empty() ? "-" : record.verdict,
                  record.status == "ok" ? strength_word(record) : "-", to_string(judgement.asked),
                  work_words(record.work), result_word(record, judgement));
  for (std::size_t i = 0; i < record.findings.size(); ++i)
    text += fmt::format("{}: {}\n", to_string(judgement.findings[i]), record.findings[i].signature);
  return text;
}

struct Totals {
  std::size_t tests = 0, failures = 0, errors = 0;
  double time = 0;
  void count(const CheckRecord& record, const Judgement& judgement) {
    bool crashed = false;
    for (const CheckFailure& failure : judgement.failures)
      crashed = crashed || failure.blame == Blame::crash;
    ++tests;
    errors += crashed;
    failures += !crashed && !judgement.ok();
    time += record.wall_seconds;
  }
  void write(pugi::xml_node node) const {
    set_attribute(node, "tests", fmt::format("{}", tests));
    set_attribute(node, "failures", fmt::format("{}", failures));
    set_attribute(node, "errors", fmt::format("{}", errors));
    set_attribute(node, "time", seconds(time));
  }
};

}  // namespace

std::string junit_xml(const std::vector<CheckRecord>& records,
                      const std::vector<Judgement>& judgements) {
  pugi::xml_document document;
  declare_xml(document);
  pugi::xml_node suites = document.append_child("testsuites"), suite;
  set_attribute(suites, "name", "fencelab check");
  Totals all, own;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const CheckRecord& record = records[i];
    if (i == 0 || record.scenario != records[i - 1].scenario) {
      if (suite) own.write(suite);
      own = {};
      suite = suites.append_child("testsuite");
      set_attribute(suite, "name", record.scenario);
    }
    pugi::xml_node test = suite.append_child("testcase");
    set_attribute(test, "classname", "fencelab." + record.scenario);
    set_attribute(test, "name", record.stack);
    set_attribute(test, "file", record.file);
    set_attribute(test, "time", seconds(record.wall_seconds));
    add_failures(test, record, judgements[i]);
    test.append_child("system-out")
        .append_child(pugi::node_pcdata)
        .set_value(xml_text(summary(record, judgements[i])).c_str());
    own.count(record, judgements[i]);
    all.count(record, judgements[i]);
  }
  if (suite) own.write(suite);
  all.write(suites);
  return text_of(document);
}

}  // namespace fencelab::campaign
