// docs/guide/compatibility.md: what earlier programs wrote is read, what later ones wrote is
// refused and left as it is, and no name that scenarios use goes away. tests/data/formats/ holds
// what 0.1.0 wrote and knew; its files are never changed.
#include <fmt/format.h>

#include <set>
#include <sstream>

#include "campaign/columns.hpp"
#include "campaign/database/database.hpp"
#include "core/stable_hash.hpp"
#include "policies/registry.hpp"
#include "tests/cli/campaign_folders.hpp"

using namespace fencelab::testing;
namespace campaign = fencelab::campaign;

namespace {

std::string frozen(const std::string& name) {
  return read_file(FENCELAB_SOURCE_DIR "/tests/data/formats/" + name);
}

/// Makes out/results.sqlite as 0.1.0 left it.
std::string stored_by_0_1_0(const TemporaryFolder& folder) {
  folder.file("draws.json", draws());
  const std::string database = folder.file("out/results.sqlite", "");
  CHECK(query(database, frozen("results_1.sql")) == "");
  return database;
}

/// Changes each stored record by an expression of SQL over `record`, and its checksum with it.
void rewrite_records(const std::string& database, const std::string& expression) {
  CHECK(query(database, "UPDATE runs SET record = " + expression) == "");
  std::istringstream rows(query(database, "SELECT key, record FROM runs"));
  for (std::string row; std::getline(rows, row);) {
    const std::string key = row.substr(0, row.find('|')), record = row.substr(key.size() + 1);
    const auto checksum = static_cast<std::int64_t>(
        fencelab::core::stable_hash(record, fencelab::core::stable_hash(key)));
    CHECK(query(database, fmt::format("UPDATE runs SET checksum = {} WHERE key = '{}'", checksum,
                                      key)) == "");
  }
}

Outcome compare(const TemporaryFolder& folder) {
  return run_fencelab({"compare", "out", "--out", "compared"}, {}, folder.path());
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a database of 0.1.0 is compared, and goes on", "[formats]") {
  const TemporaryFolder folder;
  const std::string database = stored_by_0_1_0(folder);
  const Outcome compared = compare(folder);
  INFO(compared.err);
  CHECK(compared.exit_code == 0);
  CHECK(compared.err.empty());
  const std::string runs = read_file(folder.path("compared/runs.csv"));
  CHECK(lines_of(runs) == 5);
  CHECK(runs.find(",draws,,linux-implicit,2,ok,complete,0.1.0 ") != std::string::npos);
  // This program is another, so it makes its own runs, beside those that are there.
  const Outcome more = run_fencelab(
      {"run", "draws.json", "--seeds", "1..2", "--quiet", "--out", "out"}, {}, folder.path());
  INFO(more.err);
  CHECK(more.exit_code == 0);
  CHECK(query(database, "SELECT count(*) FROM runs") == "8\n");
  CHECK(query(database, "SELECT count(*) FROM builds") == "2\n");
  const Outcome since =
      run_fencelab({"compare", "out", "--against", "out", "--out", "again"}, {}, folder.path());
  CHECK(since.exit_code == 0);
}

TEST_CASE("databases of programs that stored less are compared", "[formats]") {
  const TemporaryFolder folder;
  const std::string database = stored_by_0_1_0(folder);
  CHECK(query(database, "DROP TABLE judgements") == "");
  rewrite_records(database,
                  "json_remove(record, '$.series', '$.distributions', '$.values.makespan_ns')");
  const Outcome compared = compare(folder);
  INFO(compared.err);
  CHECK(compared.exit_code == 0);
  const std::string runs = read_file(folder.path("compared/runs.csv"));
  CHECK(lines_of(runs) == 5);
  CHECK(read_file(folder.path("compared/compare.csv")).find(",makespan_ns,ns,0,") ==
        std::string::npos);
}

TEST_CASE("databases of programs that store more are compared by what is known", "[formats]") {
  const TemporaryFolder folder;
  const std::string database = stored_by_0_1_0(folder);
  const Outcome before = compare(folder);
  const std::string runs = read_file(folder.path("compared/runs.csv"));
  CHECK(
      query(database, "ALTER TABLE runs ADD COLUMN novelty TEXT; CREATE TABLE novelties (a) STRICT")
          .starts_with("error"));
  CHECK(query(database, "ALTER TABLE builds ADD COLUMN novelty TEXT") == "");
  rewrite_records(database, "json_set(record, '$.novelty', 1, '$.values.novelty_ns', '7')");
  CHECK(compare(folder).exit_code == before.exit_code);
  CHECK(read_file(folder.path("compared/runs.csv")) == runs);
}

TEST_CASE("a database of a later format is refused, and left as it is", "[formats]") {
  const TemporaryFolder folder;
  const std::string database = stored_by_0_1_0(folder);
  CHECK(query(database, fmt::format("PRAGMA user_version = {}", campaign::Database::kFormat + 1)) ==
        "");
  const std::string bytes = read_file(database);
  const Outcome compared = compare(folder);
  CHECK(compared.exit_code == 63);
  CHECK(
      says(compared,
           "format 2 of the database is newer than this program, which knows 1; update Fencelab"));
  const Outcome run =
      run_fencelab({"run", "draws.json", "--quiet", "--out", "out"}, {}, folder.path());
  CHECK(run.exit_code == 63);
  CHECK(says(run, "update Fencelab"));
  CHECK(read_file(database) == bytes);
}

TEST_CASE("a scenario of a later format is refused by one message", "[formats]") {
  const TemporaryFolder folder;
  std::string text = draws();
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 2, \"novelty\": {}");
  const Outcome outcome = run_fencelab({"validate", folder.file("later.json", text)});
  CHECK(outcome.exit_code == 63);
  CHECK(says(outcome, "later.json:2:13: error: scenario format 2 is newer than this program"));
  CHECK(says(outcome, "update Fencelab"));
  CHECK(outcome.err.find("novelty") == std::string::npos);
}

TEST_CASE("names that scenarios and scripts of 0.1.0 may use are there", "[formats]") {
  std::set<std::string> known;
  for (const auto& preset : fencelab::policies::presets()) known.insert("stack " + preset.name);
  const auto registry = fencelab::policies::Registry::built_in();
  for (const auto& policy : registry.policies()) {
    const std::string place = policy.axis + " " + policy.name;
    known.insert("policy " + place);
    for (const auto& parameter : policy.parameters)
      known.insert("parameter " + place + " " + parameter.name);
  }
  for (const auto& column : campaign::columns()) known.insert("metric " + column.name);
  std::istringstream names(frozen("names_0.1.txt"));
  std::size_t count = 0;
  for (std::string name; std::getline(names, name); ++count) {
    INFO(name);
    CHECK(known.contains(name));
  }
  CHECK(count > 300);
}
