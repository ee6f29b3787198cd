#include "cli/regression.hpp"

#include "campaign/regression.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

namespace fencelab::cli {

void add_regression_options(CLI::App& command, RegressionOptions& options) {
  CLI::Option* const against = command.add_option(
      "--against", options.against,
      "results.sqlite of earlier runs, or their folder: say what got worse since, with exit code "
      "1 if anything did");
  command
      .add_option("--tolerance", options.tolerance,
                  "how much worse metrics may be, where (default: not at all)")
      ->needs(against);
  command.add_option("--junit", options.junit, "write what got worse as JUnit XML")->needs(against);
}

bool can_compare(const RegressionOptions& options) {
  if (options.against.empty()) return true;
  if (!options.tolerance.empty()) {
    const auto tolerance = campaign::load_tolerance(options.tolerance);
    if (!tolerance) {
      complain("{}", scenarios::format_diagnostics(tolerance.diagnostics()));
      return false;
    }
  }
  try {
    const campaign::CampaignReader before({options.against});
    if (before.stored() > 0) return true;
    complain("fencelab: --against: {}: no run is stored in it\n", options.against);
  } catch (const campaign::DatabaseError& error) {
    complain("fencelab: --against: {}\n", error.what());
  }
  return false;
}

int compare_with_earlier(const std::vector<std::string>& folders, const std::string& out,
                         const RegressionOptions& options) {
  campaign::Tolerance tolerance;
  if (!options.tolerance.empty()) {
    auto loaded = campaign::load_tolerance(options.tolerance);
    if (!loaded) {
      complain("{}", scenarios::format_diagnostics(loaded.diagnostics()));
      return kExitUsage;
    }
    tolerance = std::move(loaded).value();
  }
  campaign::Regression regression;
  try {
    campaign::CampaignReader now(folders), before({options.against});
    regression = campaign::find_regressions(now, before, tolerance);
  } catch (const campaign::DatabaseError& error) {
    complain("fencelab: {}; nothing was compared\n", error.what());
    return kExitUsage;
  }
  const std::string table = out + "/regressions.csv";
  std::vector<campaign::OutputFile> files{{table, campaign::regressions_csv(regression)}};
  if (!options.junit.empty())
    files.push_back({options.junit, campaign::regression_junit(regression)});
  say("\n{}{}\n", campaign::regression_words(regression), table);
  if (const auto failure = campaign::write_files(files)) {
    complain("fencelab: {}; no comparison was written\n", *failure);
    return kExitUsage;
  }
  return regression.is_worse() ? kExitExpectation : kExitOk;
}

}  // namespace fencelab::cli
