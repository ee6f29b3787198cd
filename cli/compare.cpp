// fencelab compare: the stored runs of a campaign, compared anew.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "campaign/comparison.hpp"
#include "campaign/database/campaign_reader.hpp"
#include "campaign/files.hpp"
#include "campaign/report/report_data.hpp"
#include "campaign/report/report_page.hpp"
#include "campaign/tables.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "cli/regression.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

struct Options {
  std::vector<std::string> folders;
  campaign::CompareOptions compare;
  RegressionOptions regression;
  std::string out;
  bool report = true;
};

std::vector<std::string> compared_columns() {
  std::vector<std::string> names;
  for (const campaign::Column& column : campaign::columns())
    if (campaign::is_compared(column)) names.push_back(column.name);
  return names;
}

/// False, after a complaint, unless `word` is one of `known`.
bool is_known(const char* option, const std::string& word, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return true;
  const std::string hint = scenarios::did_you_mean(word, known);
  complain("fencelab: {} {}: there is no such\n  expected {}{}{}\n", option, scenarios::quote(word),
           scenarios::one_of(known), hint.empty() ? "" : "; ", hint);
  return false;
}

/// The tables of what `reader` reads. A message if they cannot be written.
std::optional<std::string> write_tables(campaign::CampaignReader& reader, const Options& options) {
  const auto stacks = reader.stacks();
  const bool has_oracle = std::any_of(stacks.begin(), stacks.end(), campaign::is_oracle_variant);
  const std::string runs = options.out + "/runs.csv", compare = options.out + "/compare.csv";
  campaign::ReportData report(options.compare);
  campaign::Drawings drawings;
  campaign::StagedFiles files;
  if (auto failure = files.append(runs, campaign::runs_csv_header())) return failure;
  if (auto failure = files.append(compare, campaign::compare_csv_header())) return failure;
  std::optional<std::string> failure;
  std::string table = campaign::comparison_table_header(has_oracle);
  campaign::RunGroups groups;
  reader.for_each_run(
      {[&](const campaign::StoredRun& run) {
         groups.add(run.record);
         if (!failure) failure = files.append(runs, campaign::runs_csv_row(run.record, run.build));
         if (options.report) report.add(run, drawings);
       },
       [&] {
         const auto point = groups.take();
         if (!failure)
           failure = files.append(compare, campaign::compare_csv_rows(point, options.compare));
         table += campaign::comparison_table_rows(point, has_oracle);
         if (!options.report) return;
         drawings.forget();  // what another point draws is rarely the same
         report.end_point(point,
                          reader.judgement_of(point.front().scenario(), point.front().point()));
       }});
  if (!failure && options.report)
    failure = files.append(options.out + "/report.html",
                           campaign::report_page(report.json(reader.planned())));
  if (!failure) failure = files.publish();
  if (failure) return failure;
  // A report of other runs would only mislead.
  if (!options.report) std::remove((options.out + "/report.html").c_str());
  warn_of_drawings(drawings.problem());
  say("{}", table);
  return std::nullopt;
}

int compare(const Options& options) {
  if (!can_compare(options.regression)) return kExitUsage;
  try {
    campaign::CampaignReader reader(options.folders);
    for (const std::string& metric : options.compare.metrics)
      if (!is_known("--metric", metric, compared_columns())) return kExitUsage;
    if (!options.compare.baseline.empty() &&
        !is_known("--baseline", options.compare.baseline, reader.stacks()))
      return kExitUsage;
    if (reader.stored() == 0) {
      complain("fencelab: no run is stored in {}; nothing was written\n", options.folders.front());
      return kExitUsage;
    }
    auto failure = campaign::make_directory(options.out);
    if (!failure) failure = write_tables(reader, options);
    if (failure) {
      complain("fencelab: --out: {}; no results were written\n", *failure);
      return kExitUsage;
    }
    if (reader.stored() < reader.planned())
      complain("fencelab: {} of {} runs are stored; these are compared\n", reader.stored(),
               reader.planned());
  } catch (const campaign::DatabaseError& error) {
    complain("fencelab: {}; no results were written\n", error.what());
    return kExitUsage;
  }
  say("\n{0}/runs.csv\n{0}/compare.csv\n", options.out);
  if (options.report) say("{}/report.html\n", options.out);
  if (options.regression.against.empty()) return kExitOk;
  return compare_with_earlier(options.folders, options.out, options.regression);
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "compare", "compare the stored runs of a campaign, with any baseline and metrics");
  add_plugin_options(*command);
  command->add_option("folder", options->folders, "folders of a campaign, or of its parts")
      ->required();
  command->add_option("--baseline", options->compare.baseline,
                      "the stack that others are measured against (default: the first of each "
                      "scenario)");
  command
      ->add_option("--metric", options->compare.metrics,
                   "only these columns of runs.csv, in this order (default: all numbers)")
      ->allow_extra_args(false);
  command
      ->add_option("--out", options->out,
                   "folder for the tables and report.html (default: fencelab-compare)")
      ->default_val("fencelab-compare");
  command->add_flag("!--no-report", options->report, "write no report.html");
  add_regression_options(*command, options->regression);
  command->callback([options, &action] { action = [options] { return compare(*options); }; });
}

}  // namespace fencelab::cli
