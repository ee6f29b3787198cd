#include "campaign/junit.hpp"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "campaign/check_report.hpp"
#include "scenarios/utf8.hpp"

namespace fencelab::campaign {

namespace {

/// Text that XML 1.0 can carry: no control characters but tab and newline, no bytes that are no
/// UTF-8, and not the two code points that it forbids.
std::string xml_text(std::string_view text) {
  std::string safe;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("\n\t", begin), text.size());
    safe += scenarios::printable(text.substr(begin, end - begin));
    if (end < text.size()) safe += text[end];
    begin = end + 1;
  }
  for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})  // U+FFFE, U+FFFF
    for (std::size_t at = safe.find(forbidden); at != std::string::npos; at = safe.find(forbidden))
      safe.replace(at, forbidden.size(), "?");
  return safe;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

std::string seconds(double value) { return fmt::format("{:.3f}", value); }

/// Everything that failed, with the reports of the findings.
void add_failures(pugi::xml_node test, const CheckRecord& record, const Judgement& judgement) {
  for (const CheckFailure& failure : judgement.failures) {
    const bool is_error = failure.blame == Blame::crash;
    pugi::xml_node node = test.append_child(is_error ? "error" : "failure");
    set(node, "type", failure.rule);
    set(node, "message", failure.message);
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
    set(node, "tests", fmt::format("{}", tests));
    set(node, "failures", fmt::format("{}", failures));
    set(node, "errors", fmt::format("{}", errors));
    set(node, "time", seconds(time));
  }
};

}  // namespace

std::string junit_xml(const std::vector<CheckRecord>& records,
                      const std::vector<Judgement>& judgements) {
  pugi::xml_document document;
  pugi::xml_node head = document.append_child(pugi::node_declaration);
  head.append_attribute("version").set_value("1.0");
  head.append_attribute("encoding").set_value("UTF-8");
  pugi::xml_node suites = document.append_child("testsuites"), suite;
  set(suites, "name", "fencelab check");
  Totals all, own;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const CheckRecord& record = records[i];
    if (i == 0 || record.scenario != records[i - 1].scenario) {
      if (suite) own.write(suite);
      own = {};
      suite = suites.append_child("testsuite");
      set(suite, "name", record.scenario);
    }
    pugi::xml_node test = suite.append_child("testcase");
    set(test, "classname", "fencelab." + record.scenario);
    set(test, "name", record.stack);
    set(test, "file", record.file);
    set(test, "time", seconds(record.wall_seconds));
    add_failures(test, record, judgements[i]);
    test.append_child("system-out")
        .append_child(pugi::node_pcdata)
        .set_value(xml_text(summary(record, judgements[i])).c_str());
    own.count(record, judgements[i]);
    all.count(record, judgements[i]);
  }
  if (suite) own.write(suite);
  all.write(suites);
  std::ostringstream text;
  document.save(text, " ");
  return text.str();
}

}  // namespace fencelab::campaign
