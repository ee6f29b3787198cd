// A comparison with earlier runs, as text, table and JUnit.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "campaign/columns.hpp"
#include "campaign/regression.hpp"
#include "campaign/tables.hpp"
#include "campaign/xml.hpp"

namespace fencelab::campaign {

namespace {

using Result = MetricChange::Result;

std::string place_of(const StackChange& stack) {
  return stack.point.empty()
             ? fmt::format("{} under {}", stack.scenario, stack.stack)
             : fmt::format("{} [{}] under {}", stack.scenario, stack.point, stack.stack);
}

/// "+12.3 %", or "from 0" where there is nothing to take a part of.
std::string relative(const MetricChange& change) {
  if (change.before.mean == 0) return "from 0";
  return fmt::format("{:+.3g} %", 100 * change.difference.mean / std::abs(change.before.mean));
}

double relative_harm(const MetricChange& change) {
  if (change.before.mean == 0) return INFINITY;
  return std::abs(change.difference.mean / change.before.mean);
}

/// How sure one can be, in words.
std::string certainty(const MetricChange& change) {
  if (change.p_holm)
    return fmt::format("p {:.2g} of {} seeds", *change.p_holm, change.difference.n);
  if (change.difference.n == 1) return "one seed";
  return fmt::format("the same with {} seeds", change.difference.n);
}

std::string words_of(const MetricChange& change) {
  return fmt::format("{}: {:.6g} -> {:.6g} {} ({}; {})", change.metric, change.before.mean,
                     change.now.mean, change.unit, relative(change), certainty(change));
}

std::vector<std::uint64_t> seeds_of(const StackChange& stack, const VerdictChange& like) {
  std::vector<std::uint64_t> seeds;
  for (const VerdictChange& each : stack.verdicts)
    if (each.before == like.before && each.now == like.now) seeds.push_back(each.seed);
  return seeds;
}

/// Each way in which seeds end otherwise, once.
std::vector<std::string> verdict_lines(const StackChange& stack, bool worse) {
  std::vector<std::string> lines;
  for (const VerdictChange& each : stack.verdicts) {
    const auto seeds = seeds_of(stack, each);
    if (each.is_worse != worse || seeds.front() != each.seed) continue;
    lines.push_back(fmt::format("verdict: {} -> {} (seed{} {})", each.before, each.now,
                                seeds.size() == 1 ? "" : "s", fmt::join(seeds, ", ")));
  }
  return lines;
}

/// What makes a stack worse, the largest first.
std::vector<std::string> harm_lines(const StackChange& stack) {
  std::vector<std::string> lines;
  if (!stack.missing.empty())
    lines.push_back(fmt::format("was not run now: seed{} {}", stack.missing.size() == 1 ? "" : "s",
                                fmt::join(stack.missing, ", ")));
  for (std::string& line : verdict_lines(stack, true)) lines.push_back(std::move(line));
  std::vector<const MetricChange*> worse;
  for (const MetricChange& metric : stack.metrics)
    if (metric.result == Result::worse) worse.push_back(&metric);
  std::stable_sort(worse.begin(), worse.end(), [](const auto* a, const auto* b) {
    return relative_harm(*a) > relative_harm(*b);
  });
  for (const MetricChange* const metric : worse) lines.push_back(words_of(*metric));
  return lines;
}

std::size_t count_of(const Regression& regression, Result result) {
  std::size_t count = 0;
  for (const StackChange& stack : regression.stacks)
    count += static_cast<std::size_t>(
        std::count_if(stack.metrics.begin(), stack.metrics.end(),
                      [&](const MetricChange& each) { return each.result == result; }));
  return count;
}

std::string field(const std::optional<double>& value) {
  return value ? fmt::format("{:.9g}", *value) : std::string();
}

std::string row_head(const StackChange& stack) {
  return fmt::format("{},{},{},{}", kSchemaVersion, csv_field(stack.scenario),
                     csv_field(stack.point), csv_field(stack.stack));
}

}  // namespace

std::string regression_words(const Regression& regression) {
  std::string text;
  std::size_t worse = 0;
  for (const StackChange& stack : regression.stacks) {
    if (!stack.is_worse()) continue;
    ++worse;
    text += place_of(stack) + "\n";
    for (const std::string& line : harm_lines(stack)) text += "  " + line + "\n";
    text += "  " + stack.reproduce + "\n";
  }
  text +=
      fmt::format("{} of {} stacks of scenario points got worse", worse, regression.stacks.size());
  const std::pair<Result, const char*> rest[] = {{Result::unsure, "worse, but not significantly"},
                                                 {Result::allowed, "worse within the tolerance"},
                                                 {Result::better, "better"}};
  for (const auto& [result, words] : rest)
    if (const std::size_t count = count_of(regression, result); count > 0)
      text += fmt::format("; {} metrics {}", count, words);
  if (regression.added_runs > 0) text += fmt::format("; {} runs are new", regression.added_runs);
  return text + "\n";
}

std::string regressions_csv(const Regression& regression) {
  std::string csv =
      "schema_version,scenario,point,stack,metric,unit,better,result,n,mean_before,mean_now,"
      "difference,ci95_low,ci95_high,allowed,p,p_holm,detail\n";
  for (const StackChange& stack : regression.stacks) {
    if (!stack.missing.empty())
      csv += fmt::format(
          "{},verdict,text,,worse,0,,,,,,,,,{}\n", row_head(stack),
          csv_field(fmt::format("was not run now: seeds {}", fmt::join(stack.missing, " "))));
    for (const VerdictChange& each : stack.verdicts)
      csv += fmt::format(
          "{},verdict,text,,{},1,,,,,,,,,{}\n", row_head(stack), each.is_worse ? "worse" : "better",
          csv_field(fmt::format("seed {}: {} -> {}", each.seed, each.before, each.now)));
    for (const MetricChange& each : stack.metrics)
      csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},\n", row_head(stack),
                         each.metric, each.unit, to_string(each.better_is), to_string(each.result),
                         each.difference.n, field(each.before.mean), field(each.now.mean),
                         field(each.difference.mean), field(each.difference.low()),
                         field(each.difference.high()), field(each.allowed), field(each.p),
                         field(each.p_holm));
  }
  return csv;
}

std::string regression_junit(const Regression& regression) {
  pugi::xml_document document;
  declare_xml(document);
  pugi::xml_node suites = document.append_child("testsuites"), suite;
  set_attribute(suites, "name", "fencelab compare");
  struct Totals {
    std::size_t tests = 0, failures = 0;
    void write(pugi::xml_node node) const {
      set_attribute(node, "tests", fmt::format("{}", tests));
      set_attribute(node, "failures", fmt::format("{}", failures));
    }
  } all, own;
  for (std::size_t i = 0; i < regression.stacks.size(); ++i) {
    const StackChange& stack = regression.stacks[i];
    if (i == 0 || stack.scenario != regression.stacks[i - 1].scenario ||
        stack.point != regression.stacks[i - 1].point) {
      if (suite) own.write(suite);
      own = {};
      suite = suites.append_child("testsuite");
      set_attribute(suite, "name",
                    stack.point.empty() ? stack.scenario
                                        : fmt::format("{} [{}]", stack.scenario, stack.point));
    }
    pugi::xml_node test = suite.append_child("testcase");
    set_attribute(test, "classname", "fencelab." + stack.scenario);
    set_attribute(test, "name", stack.stack);
    set_attribute(test, "file", stack.file);
    ++own.tests, ++all.tests;
    if (!stack.is_worse()) continue;
    ++own.failures, ++all.failures;
    const auto lines = harm_lines(stack);
    pugi::xml_node failure = test.append_child("failure");
    set_attribute(failure, "type", "regression");
    set_attribute(failure, "message", lines.front());
    failure.append_child(pugi::node_pcdata)
        .set_value(
            xml_text(fmt::format("{}\n{}\n", fmt::join(lines, "\n"), stack.reproduce)).c_str());
  }
  if (suite) own.write(suite);
  all.write(suites);
  return text_of(document);
}

}  // namespace fencelab::campaign
