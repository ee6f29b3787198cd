// Comparing stored runs: a campaign of ROWS runs (8 stacks, 30 seeds, as many scenarios as that
// needs) is made up from one real run whose times are shaken, then read and compared. Prints the
// processor time of that, with and without the data of report.html, and the sizes.
//   bench_compare_rows [ROWS [FOLDER]]     the folder is kept; without one it is a temporary one
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "bench/measure.hpp"
#include "campaign/database/campaign_reader.hpp"
#include "campaign/report/report_data.hpp"
#include "campaign/report/report_page.hpp"
#include "campaign/run_one.hpp"
#include "campaign/tables.hpp"
#include "scenarios/loader.hpp"

namespace {

namespace campaign = fencelab::campaign;

constexpr std::uint64_t kStacks = 8, kSeeds = 30;
constexpr double kBarSeconds = 5;  // for 100,000 rows

/// Two processes on one engine: jobs, waits, memory.
constexpr const char* kScenario = R"json({
  "format": 1, "name": "shaken",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "p", "count": 2, "buffers": [{"name": "b", "size": "4 MiB"}],
    "contexts": [{"name": "c", "engine": "rcs0"}],
    "threads": [{"name": "main", "program": [{"loop": {"times": 20, "body": [
      {"id": "j", "submit": {"context": "c", "duration": {"uniform": ["1 ms", "2 ms"]}, "writes": ["b"]}},
      {"wait": {"ops": ["j"]}}]}}]}]}],
  "stacks": ["linux-implicit"]
})json";

campaign::RunRecord real_run() {
  const auto loaded = fencelab::scenarios::load_scenario(kScenario, "bench", {});
  if (!loaded) std::exit(1);
  const auto registry = fencelab::policies::Registry::built_in();
  const auto stack = fencelab::scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  return campaign::run_one(*loaded, *stack, 1);
}

/// `real` with every time changed by up to a tenth, in a way that the seed decides.
campaign::RunRecord shaken(const campaign::RunRecord& real, std::uint64_t stack,
                           fencelab::bench::Increments& draws) {
  campaign::RunRecord record = real;
  for (auto& [name, value] : record.values) {
    if (!name.ends_with("_ns") || value.empty() || value == "0") continue;
    const double part = static_cast<double>(draws.next()) / (2 * fencelab::bench::kMeanIncrementNs);
    const double factor = 0.95 + 0.1 * part + 0.02 * static_cast<double>(stack);
    value = fmt::format("{:.0f}", std::strtod(value.c_str(), nullptr) * factor);
  }
  return record;
}

void fill(const std::string& folder, std::uint64_t rows) {
  const campaign::RunRecord real = real_run();
  campaign::Database database(folder, campaign::Connection::Mode::write);
  fencelab::bench::Increments draws;
  database.begin_plan();
  for (std::uint64_t i = 0; i < rows; ++i) database.add_to_plan(std::to_string(i), i);
  database.end_plan();
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint64_t stack = i / kSeeds % kStacks;
    campaign::RunRecord record = shaken(real, stack, draws);
    record.scenario = fmt::format("scenario-{:03}", i / (kSeeds * kStacks));
    record.stack = fmt::format("stack-{}", stack);
    record.file = record.scenario + ".json";
    record.seed = i % kSeeds + 1;
    database.store({std::to_string(i), record.scenario, "", record.stack, record.file, record.seed,
                    fmt::format("fencelab run {} --stack {} --seeds {}", record.file, record.stack,
                                record.seed)},
                   record, record.to_json());
  }
}

struct Sizes {
  std::size_t runs = 0, compare = 0, report = 0;
};

Sizes compare(const std::string& folder, bool with_report) {
  campaign::CampaignReader reader({folder});
  campaign::ReportData report({});
  campaign::Drawings drawings;
  Sizes sizes;
  campaign::RunGroups groups;
  reader.for_each_run({[&](const campaign::StoredRun& run) {
                         groups.add(run.record);
                         sizes.runs += campaign::runs_csv_row(run.record, run.build).size();
                         if (with_report) report.add(run, drawings);
                       },
                       [&] {
                         const auto point = groups.take();
                         sizes.compare += campaign::compare_csv_rows(point, {}).size();
                         sizes.compare += campaign::comparison_table_rows(point, false).size();
                         if (with_report) report.end_point(point, "");
                       }});
  if (with_report) sizes.report = campaign::report_page(report.json(reader.planned())).size();
  return sizes;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  std::string folder = argc > 2 ? argv[2] : "";
  const bool is_temporary = folder.empty();
  if (is_temporary) {
    folder = (std::filesystem::temp_directory_path() / "fencelab-compare-XXXXXX").string();
    if (!::mkdtemp(folder.data())) return 1;
  }
  std::filesystem::create_directories(folder);
  if (!std::filesystem::exists(campaign::Database::path_in(folder))) fill(folder, rows);
  double begun = fencelab::bench::cpu_seconds();
  const Sizes tables = compare(folder, false);
  const double tables_s = fencelab::bench::cpu_seconds() - begun;
  begun = fencelab::bench::cpu_seconds();
  const Sizes all = compare(folder, true);
  const double all_s = fencelab::bench::cpu_seconds() - begun;
  fmt::print(
      "compare_rows rows={} database_mb={} runs_csv_mb={} compare_csv_mb={} report_mb={} "
      "tables_cpu_s={:.2f} with_report_cpu_s={:.2f} bar_s={}\n",
      rows, std::filesystem::file_size(campaign::Database::path_in(folder)) / 1'000'000,
      tables.runs / 1'000'000, tables.compare / 1'000'000, all.report / 1'000'000, tables_s, all_s,
      kBarSeconds);
  if (is_temporary) std::filesystem::remove_all(folder);
  return 0;
}
