#include "campaign/database/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "core/stable_hash.hpp"

namespace fencelab::campaign {

namespace {

constexpr std::int64_t kApplication = 0x464e434c;  // "FNCL"

constexpr const char* kRow =
    "runs.key, scenario, point, stack, seed, file, reproduce, record, checksum, "
    "build";
constexpr std::int64_t kQuickCheckBytes = 64 << 20;

constexpr const char* kSchema = R"(
CREATE TABLE builds (id INTEGER PRIMARY KEY, version TEXT, commit_id TEXT, dirty INTEGER,
                     compiler TEXT, build_type TEXT, engine TEXT UNIQUE) STRICT;
CREATE TABLE runs (key TEXT PRIMARY KEY, scenario TEXT, point TEXT, stack TEXT, seed INTEGER,
                   file TEXT, status TEXT, verdict TEXT, message TEXT, reproduce TEXT,
                   build INTEGER REFERENCES builds, record TEXT, checksum INTEGER) STRICT;
CREATE TABLE plan (position INTEGER PRIMARY KEY, key TEXT) STRICT;
CREATE VIEW metrics AS
  SELECT scenario, point, stack, seed, status, verdict, j.key AS metric, j.value AS value
  FROM runs, json_each(runs.record, '$.values') j;
)";

std::int64_t checksum_of(const RunIdentity& identity, std::string_view record) {
  return static_cast<std::int64_t>(core::stable_hash(record, core::stable_hash(identity.key)));
}

}  // namespace

// A campaign holds its folder by a lock that goes with its process, however that ends.
struct Database::Lock {
  Lock(const std::string& folder, Connection::Mode mode) {
    if (mode == Connection::Mode::read) return;
    descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) throw DatabaseError(fmt::format("{}: {}", folder, std::strerror(errno)), 0);
    // Workers of a campaign that was killed hold it, too, for the instant until they end as well.
    for (int i = 0; i < kTries; ++i, std::this_thread::sleep_for(kPause))
      if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    ::close(descriptor);
    if (reason == EWOULDBLOCK)
      throw DatabaseError(fmt::format("{}: another campaign is at work in this folder", folder), 0);
    throw DatabaseError(fmt::format("{}: {}", folder, std::strerror(reason)), 0);
  }
  ~Lock() {
    if (descriptor >= 0) ::close(descriptor);
  }
  Lock(const Lock&) = delete;
  static constexpr int kTries = 20;
  static constexpr std::chrono::milliseconds kPause{25};
  int descriptor = -1;
};

std::string Database::path_in(const std::string& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder, ignored) ? folder : folder + "/results.sqlite";
}

Database::Database(const std::string& folder, Connection::Mode mode)
    : folder_(folder),
      lock_(std::make_unique<Lock>(folder, mode)),
      existed_(::access(path_in(folder).c_str(), F_OK) == 0) {
  try {
    connection_.emplace(path_in(folder), mode);
    open(mode == Connection::Mode::write);
  } catch (...) {
    connection_.reset();
    for (const char* const part : {"", "-wal", "-shm", "-journal"})
      if (!existed_) ::unlink((path_in(folder) + part).c_str());
    throw;
  }
}

void Database::open(bool writes) {
  const std::int64_t tables = connection_->number_of("SELECT count(*) FROM sqlite_schema");
  if (tables == 0 && writes && connection_->number_of("PRAGMA application_id") == 0) create();
  check_format();
  if (!writes) return;
  // Written in full before the next run, not flushed to the disk each time: who is killed loses
  // nothing that was stored, a power failure may cost the latest runs.
  connection_->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  build_ = our_build();
  // Not part of the first databases; whoever does not know it can do without it.
  connection_->execute(
      "CREATE TABLE IF NOT EXISTS judgements (scenario TEXT, point TEXT, words TEXT, PRIMARY KEY "
      "(scenario, point)) STRICT");
}

Database::~Database() = default;

void Database::create() {
  connection_->execute("PRAGMA journal_mode = WAL");
  connection_->execute(
      fmt::format("BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {}; {} "
                  "COMMIT;",
                  kApplication, kFormat, kSchema));
}

void Database::check_format() {
  const std::string file = path_in(folder_);
  if (connection_->number_of("PRAGMA application_id") != kApplication)
    throw DatabaseError(file + ": this is a database of another program", 0);
  const std::int64_t format = connection_->number_of("PRAGMA user_version");
  if (format > kFormat)
    throw DatabaseError(fmt::format("{}: format {} of the database is newer than this program, "
                                    "which knows {}; update Fencelab",
                                    file, format, kFormat),
                        0);
  if (format != kFormat)
    throw DatabaseError(fmt::format("{}: there is no format {} of the database", file, format), 0);
  // Of large ones each row is checked when it is read.
  const std::int64_t bytes =
      connection_->number_of("PRAGMA page_count") * connection_->number_of("PRAGMA page_size");
  if (bytes > kQuickCheckBytes) return;
  Statement check = connection_->prepare("PRAGMA quick_check(1)");
  if (check.step() && check.view(0) != "ok")
    throw DatabaseError(fmt::format("{}: the file is damaged ({})", file, check.view(0)),
                        SQLITE_CORRUPT);
}

std::int64_t Database::our_build() {
  const BuildInfo ours = BuildInfo::ours();
  connection_
      ->prepare(
          "INSERT OR IGNORE INTO builds (version, commit_id, dirty, compiler, build_type, "
          "engine) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(1, ours.version)
      .bind(2, ours.commit)
      .bind(3, std::int64_t{ours.dirty})
      .bind(4, ours.compiler)
      .bind(5, ours.build_type)
      .bind(6, ours.engine)
      .run();
  Statement find = connection_->prepare("SELECT id FROM builds WHERE engine = ?");
  find.bind(1, ours.engine);
  return find.step() ? find.number(0) : 0;
}

std::optional<std::string> Database::status_of(const std::string& key) {
  if (!status_) status_ = connection_->prepare("SELECT status FROM runs WHERE key = ?");
  status_->bind(1, key);
  if (!status_->step()) return std::nullopt;
  std::string status = status_->text(0);
  status_->reset();
  return status;
}

void Database::store(const RunIdentity& identity, const RunRecord& summary,
                     const std::string& record) {
  if (!insert_)
    insert_ = connection_->prepare(
        "INSERT OR REPLACE INTO runs (key, scenario, point, stack, seed, file, status, verdict, "
        "message, reproduce, build, record, checksum) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  insert_->bind(1, identity.key)
      .bind(2, identity.scenario)
      .bind(3, identity.point)
      .bind(4, identity.stack)
      .bind(5, static_cast<std::int64_t>(identity.seed))
      .bind(6, identity.file)
      .bind(7, summary.status)
      .bind(8, summary.verdict)
      .bind(9, summary.message)
      .bind(10, identity.reproduce)
      .bind(11, build_)
      .bind(12, record)
      .bind(13, checksum_of(identity, record))
      .run();
}

void Database::begin_plan() {
  connection_->execute("BEGIN; DELETE FROM plan;");
  plan_ = connection_->prepare("INSERT INTO plan (position, key) VALUES (?, ?)");
}

void Database::add_to_plan(const std::string& key, std::uint64_t place) {
  plan_->bind(1, static_cast<std::int64_t>(place)).bind(2, key).run();
}

void Database::end_plan() {
  plan_.reset();
  connection_->execute("COMMIT");
}

void Database::add_all_of(const std::string& folder) {
  std::string uri;
  {
    Database other(folder, Connection::Mode::read);
    other.for_each_run({[](const auto&) {}});  // reads, and so checks, every row
    uri = other.connection_->uri();
  }
  connection_->prepare("ATTACH ? AS other").bind(1, uri).run();
  const std::int64_t taken = connection_->number_of(
      "SELECT count(*) FROM other.plan o JOIN main.plan m ON m.position = o.position AND m.key <> "
      "o.key");
  if (taken != 0) {
    connection_->execute("DETACH other");
    throw DatabaseError(
        fmt::format("{}: this is no part of the same campaign: it plans other runs", folder), 0);
  }
  connection_->execute(R"(
BEGIN;
INSERT OR IGNORE INTO main.builds (version, commit_id, dirty, compiler, build_type, engine)
  SELECT version, commit_id, dirty, compiler, build_type, engine FROM other.builds;
INSERT OR REPLACE INTO main.runs
  SELECT r.key, scenario, point, stack, seed, file, status, verdict, message, reproduce,
         (SELECT m.id FROM main.builds m JOIN other.builds o ON o.engine = m.engine
          WHERE o.id = r.build), record, checksum
  FROM other.runs r
  WHERE NOT EXISTS (SELECT 1 FROM main.runs m WHERE m.key = r.key AND m.status = 'ok');
INSERT OR IGNORE INTO main.plan SELECT position, key FROM other.plan;)");
  // A part may have been made by a program that stored none.
  if (connection_->number_of(
          "SELECT count(*) FROM other.sqlite_schema WHERE name = 'judgements'") != 0)
    connection_->execute("INSERT OR IGNORE INTO main.judgements SELECT * FROM other.judgements");
  connection_->execute("COMMIT; DETACH other");
}

std::uint64_t Database::planned() {
  return static_cast<std::uint64_t>(connection_->number_of("SELECT count(*) FROM plan"));
}

// Columns in the order of kRow.
StoredRun Database::read(const Statement& row) {
  RunIdentity identity{row.text(0), row.text(1), row.text(2),
                       row.text(3), row.text(5), static_cast<std::uint64_t>(row.number(4)),
                       row.text(6)};
  const std::string_view record = row.view(7);
  if (checksum_of(identity, record) != row.number(8))
    throw DatabaseError(
        fmt::format("{}: the file is damaged (seed {} of {} under {})", path_in(folder_),
                    identity.seed, identity.scenario, identity.stack),
        SQLITE_CORRUPT);
  StoredRun run{std::move(identity), RunRecord::from_json(record), words_of_build(row.number(9))};
  run.record.file = run.identity.file;  // byte for byte; JSON carries text only
  return run;
}

const std::string& Database::words_of_build(std::int64_t id) {
  const auto [words, is_new] = build_words_.try_emplace(id);
  if (!is_new) return words->second;
  Statement row = connection_->prepare(
      "SELECT version, commit_id, compiler, build_type, dirty FROM builds WHERE id = ?");
  row.bind(1, id);
  if (row.step())
    words->second =
        BuildInfo{row.text(0), row.text(1), row.text(2), row.text(3), row.number(4) != 0, ""}
            .words();
  return words->second;
}

std::optional<StoredRun> Database::find(const std::string& key) {
  if (!find_)
    find_ = connection_->prepare(std::string("SELECT ") + kRow + " FROM runs WHERE runs.key = ?");
  find_->bind(1, key);
  if (!find_->step()) return std::nullopt;
  StoredRun run = read(*find_);
  find_->reset();
  return run;
}

std::vector<PlannedRun> Database::plan() {
  Statement rows = connection_->prepare(
      "SELECT position, plan.key, status IS NOT NULL, ifnull(scenario, ''), ifnull(point, ''), "
      "ifnull(stack, ''), ifnull(status, '') FROM plan LEFT JOIN runs ON runs.key = plan.key ORDER "
      "BY position");
  std::vector<PlannedRun> plan;
  while (rows.step())
    plan.push_back({static_cast<std::uint64_t>(rows.number(0)), rows.text(1), rows.number(2) != 0,
                    rows.text(3), rows.text(4), rows.text(5), rows.text(6)});
  return plan;
}

void PointByPoint::pass(const StoredRun& run) {
  if (has_run_ && (scenario_ != run.identity.scenario || point_ != run.identity.point))
    reader_.end_of_point();
  has_run_ = true;
  scenario_ = run.identity.scenario;
  point_ = run.identity.point;
  reader_.run(run);
}

void PointByPoint::end() {
  if (has_run_) reader_.end_of_point();
}

void Database::for_each_run(const RunReader& reader) {
  Statement rows =
      connection_->prepare(std::string("SELECT ") + kRow +
                           " FROM plan JOIN runs ON runs.key = plan.key ORDER BY position");
  PointByPoint points(reader);
  while (rows.step()) points.pass(read(rows));
  points.end();
}

void Database::store_judgement(const std::string& scenario, const std::string& point,
                               const std::string& words) {
  connection_->prepare("INSERT OR REPLACE INTO judgements VALUES (?, ?, ?)")
      .bind(1, scenario)
      .bind(2, point)
      .bind(3, words)
      .run();
}

std::string Database::judgement_of(const std::string& scenario, const std::string& point) {
  if (connection_->number_of("SELECT count(*) FROM sqlite_schema WHERE name = 'judgements'") == 0)
    return {};
  Statement row =
      connection_->prepare("SELECT words FROM judgements WHERE scenario = ? AND point = ?");
  row.bind(1, scenario).bind(2, point);
  return row.step() ? row.text(0) : std::string();
}

}  // namespace fencelab::campaign
