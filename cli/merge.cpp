// fencelab merge: the parts of a campaign that were made apart, as one.
#include <memory>

#include "campaign/database/database.hpp"
#include "campaign/files.hpp"
#include "cli/campaign_tables.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"

namespace fencelab::cli {

namespace {

struct MergeOptions {
  std::vector<std::string> folders;
  std::string out;
  bool report = true;
};

int merge(const MergeOptions& options) {
  if (const auto failure = campaign::make_directory(options.out)) {
    complain("fencelab: --out: {}\n", *failure);
    return kExitUsage;
  }
  try {
    campaign::Database database(options.out, campaign::Connection::Mode::write);
    database.begin_plan();  // of the parts, and of nobody else
    database.end_plan();
    for (const std::string& folder : options.folders) database.add_all_of(folder);
    CampaignTables tables(options.out, options.report, false);
    std::uint64_t stored = 0;
    database.for_each_run({[&](const campaign::StoredRun& run) {
                             ++stored;
                             tables.add(run);
                           },
                           [&] {
                             tables.end_point([&](const campaign::RunGroup& group) {
                               return database.judgement_of(group.scenario(), group.point());
                             });
                           }});
    if (const auto failure = tables.publish(database.planned())) {
      complain("fencelab: {}; no results were written\n", *failure);
      return kExitUsage;
    }
    if (stored < database.planned())
      complain(
          "fencelab: {} of {} runs are stored; `fencelab run` with the command of the parts, "
          "without --shard, makes the rest in {}\n",
          stored, database.planned(), options.out);
    say("\n");
    tables.tell_files();
  } catch (const campaign::DatabaseError& error) {
    complain("fencelab: {}; no results were written\n", error.what());
    return kExitUsage;
  }
  return kExitOk;
}

}  // namespace

void add_merge(CLI::App& app, Action& action) {
  auto options = std::make_shared<MergeOptions>();
  CLI::App* command =
      app.add_subcommand("merge", "put the parts of a campaign (run --shard) together");
  add_plugin_options(*command);
  command->add_option("folder", options->folders, "folders of the parts")->required();
  command->add_option("--out", options->out, "folder of the whole campaign")->required();
  command->add_flag("!--no-report", options->report, "write no report.html");
  command->callback([options, &action] { action = [options] { return merge(*options); }; });
}

}  // namespace fencelab::cli
