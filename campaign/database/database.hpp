// Database: results.sqlite of a campaign's folder, the single truth about which runs there are. One
// transaction per run: who is killed loses the runs under way and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "campaign/database/sqlite.hpp"
#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// What built the program that made a run.
struct BuildInfo {
  std::string version, commit, compiler, build_type;
  bool dirty = false;  ///< the sources differ from the commit
  std::string engine;  ///< the program itself: equal for equal code
  /// The program with the plug-ins that are loaded, which stand behind the compiler.
  static BuildInfo ours();
  /// Without them.
  static BuildInfo program();
  /// In one line, as in the column `build` of runs.csv; says so if this is no release build.
  std::string words() const;
};

/// What identifies a run in a database.
struct RunIdentity {
  std::string key;  ///< of engine, scenario point, stack and seed
  std::string scenario, point, stack, file;
  std::uint64_t seed = 0;
  std::string reproduce;  ///< the command that makes this run alone
};

/// One row.
struct StoredRun {
  RunIdentity identity;
  RunRecord record;
  std::string build;  ///< BuildInfo::words() of the program that made it
};

/// Whoever reads stored runs, one by one: those of one scenario point follow each other, in the
/// order of the plan.
struct RunReader {
  std::function<void(const StoredRun&)> run;
  std::function<void()> end_of_point = [] {};
};

/// Passes runs on to a reader, and sees where points end.
class PointByPoint {
 public:
  explicit PointByPoint(const RunReader& reader) : reader_(reader) {}
  void pass(const StoredRun& run);
  void end();

 private:
  const RunReader& reader_;
  bool has_run_ = false;
  std::string scenario_, point_;
};

/// A run that a command asked for.
struct PlannedRun {
  std::uint64_t place = 0;  ///< in the whole campaign, from 0
  std::string key;
  bool stored = false;
  /// Of what is stored; else empty.
  std::string scenario, point, stack, status;
};

class Database {
 public:
  static constexpr int kFormat = 1;  ///< PRAGMA user_version
  /// Of a campaign's folder; a file is taken for the database itself, to be read.
  static std::string path_in(const std::string& folder);

  /// Opens that of `folder`, or creates it to write. Throws DatabaseError: it is damaged, of a
  /// later format or no database of ours, or (to write) somebody else writes it. Then nothing is
  /// changed.
  Database(const std::string& folder, Connection::Mode mode);
  ~Database();
  Database(const Database&) = delete;

  /// The status of the run with that key; nothing if it was never made.
  std::optional<std::string> status_of(const std::string& key);
  /// Stores what became of a run, instead of what was there. `record` is RunRecord::to_json().
  void store(const RunIdentity& identity, const RunRecord& summary, const std::string& record);

  /// What a command asks for: the keys of its runs with their places, from 0, in the whole
  /// campaign, of which this may be a part. All else stays stored.
  void begin_plan();
  void add_to_plan(const std::string& key, std::uint64_t place);
  void end_plan();

  /// Adds what the database of another folder holds, its plan included: where both have a run, one
  /// that is no failure stays. Throws, and changes nothing, if that is damaged, or plans another
  /// run in a place that is taken.
  void add_all_of(const std::string& folder);

  /// The runs of the latest plan that are stored. Throws if a row is damaged.
  void for_each_run(const RunReader& reader);
  /// Keeps what was said of a point beside its runs, instead of what was said before; `words` are
  /// the caller's.
  void store_judgement(const std::string& scenario, const std::string& point,
                       const std::string& words);
  /// Empty where nothing was said.
  std::string judgement_of(const std::string& scenario, const std::string& point);
  /// The run with that key. Throws if its row is damaged.
  std::optional<StoredRun> find(const std::string& key);
  /// Runs of the latest plan, stored or not.
  std::uint64_t planned();
  /// The same one by one, by their places.
  std::vector<PlannedRun> plan();

 private:
  void open(bool writes);
  void create();
  void check_format();
  std::int64_t our_build();
  StoredRun read(const Statement& row);
  const std::string& words_of_build(std::int64_t id);
  struct Lock;
  std::string folder_;
  std::unique_ptr<Lock> lock_;
  bool existed_;
  std::optional<Connection> connection_;
  std::int64_t build_ = 0;
  std::optional<Statement> status_, insert_, plan_, find_;
  std::unordered_map<std::int64_t, std::string> build_words_;  ///< by id
};

}  // namespace fencelab::campaign
