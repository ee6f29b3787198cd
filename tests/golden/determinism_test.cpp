// The same command gives the same files, byte for byte: again, with other numbers of workers, and
// with memory full of other rubbish. Only what the columns themselves call a cost may differ.
#include <cstdlib>
#include <set>
#include <sstream>

#include "campaign/columns.hpp"
#include "tests/cli/program.hpp"

using namespace fencelab::testing;

namespace {

/// Fields of a CSV line; quoted ones may contain commas.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

std::set<std::string> cost_columns() {
  std::set<std::string> names;
  for (const auto& column : fencelab::campaign::columns())
    if (column.is_cost) names.insert(column.name);
  return names;
}

/// runs.csv without the columns that say of themselves that they differ from run to run.
std::string without_costs(const std::string& csv) {
  const auto costs = cost_columns();
  std::string kept;
  std::set<std::string> dropped;
  std::vector<std::string> header;
  std::istringstream stream(csv);
  for (std::string line; std::getline(stream, line);) {
    const auto fields = fields_of(line);
    if (header.empty()) header = fields;
    REQUIRE(fields.size() == header.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (costs.contains(header[i]))
        dropped.insert(header[i]);
      else
        kept += fields[i] + ",";
    }
    kept += "\n";
  }
  CHECK(dropped == costs);
  return kept;
}

/// Runs the whole library into a folder of `folder`.
void run_library(const TemporaryFolder& folder, const std::string& out, const std::string& jobs,
                 const std::string& rubbish) {
  const Outcome outcome = run_fencelab(
      {"run", "scenarios/library", "--quiet", "-j", jobs, "--out", folder.path(out)},
      [&] { ::setenv("MALLOC_PERTURB_", rubbish.c_str(), 1); }, FENCELAB_SOURCE_DIR);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(is_sound(outcome));
}

}  // namespace

TEST_CASE("the library gives the same files again, and with any number of workers", "[golden]") {
  const TemporaryFolder folder;
  run_library(folder, "first", "1", "1");
  const auto names = files_below(folder.path("first"));
  CHECK(names.size() > 4);  // deadlocks were written, too
  const std::vector<std::pair<std::string, std::string>> repeats = {
      {"again", "1"}, {"two", "2"}, {"two-again", "2"}, {"many", "16"}};
  for (const auto& [out, jobs] : repeats) {
    run_library(folder, out, jobs, "170");
    INFO(out);
    REQUIRE(files_below(folder.path(out)) == names);
    for (const std::string& name : names) {
      if (std::filesystem::is_directory(folder.path("first/" + name))) continue;
      const std::string before = read_file(folder.path("first/" + name));
      const std::string now = read_file(folder.path(out + "/" + name));
      INFO(name);
      if (name == "runs.csv")
        CHECK(without_costs(before) == without_costs(now));
      else
        CHECK(before == now);
    }
  }
}

TEST_CASE("compare.csv compares no costs", "[golden]") {
  const TemporaryFolder folder;
  run_library(folder, "out", "2", "1");
  const std::string compare = read_file(folder.path("out/compare.csv"));
  for (const std::string& name : cost_columns())
    CHECK(compare.find("," + name + ",") == std::string::npos);
}
