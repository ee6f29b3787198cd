#include "campaign/database/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fencelab::campaign {

namespace {

/// What the system said, in brackets, as far as SQLite kept it: what it cannot open to be written
/// it tries to read, and remembers only that this is not there either.
std::string reason_of(sqlite3* database, int code, bool writes) {
  const int reason = sqlite3_system_errno(database);
  if (code == SQLITE_CANTOPEN && (reason == 0 || (writes && reason == ENOENT)))
    return ", or to make one beside it";
  const bool is_known = code == SQLITE_IOERR || code == SQLITE_FULL || code == SQLITE_CANTOPEN;
  return is_known && reason != 0 ? fmt::format(" ({})", std::strerror(reason)) : std::string();
}

[[noreturn]] void fail_with(sqlite3* database) {
  const int code = sqlite3_errcode(database) & 0xff;
  const char* const file = sqlite3_db_filename(database, "main");
  std::string words = sqlite3_errmsg(database);
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    words = "the file is damaged, or no database (" + words + ")";
  words += reason_of(database, code, true);
  throw DatabaseError(fmt::format("{}: {}", file ? file : "database", words), code);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  const int code =
      sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &made, nullptr);
  statement_.reset(made);
  if (code != SQLITE_OK) fail_with(database);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(int index, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) fail_with(sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  if (sqlite3_bind_int64(statement_.get(), index, number) != SQLITE_OK)
    fail_with(sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind_real(int index, double number) {
  if (sqlite3_bind_double(statement_.get(), index, number) != SQLITE_OK)
    fail_with(sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (sqlite3_bind_null(statement_.get(), index) != SQLITE_OK)
    fail_with(sqlite3_db_handle(statement_.get()));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3* const database = sqlite3_db_handle(statement_.get());
  if (code != SQLITE_DONE) fail_with(database);
  reset();
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::string_view Statement::view(int column) const {
  const auto* const text = sqlite3_column_text(statement_.get(), column);
  if (!text && sqlite3_errcode(sqlite3_db_handle(statement_.get())) == SQLITE_NOMEM)
    fail_with(sqlite3_db_handle(statement_.get()));
  if (!text) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string Statement::text(int column) const { return std::string(view(column)); }

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

namespace {

/// A file as a URI of SQLite (https://sqlite.org/uri.html); `immutable`: it does not change while
/// it is open.
std::string uri_of(const std::string& file, bool immutable) {
  std::string uri = file.starts_with('/') ? "file://" : "file:";
  for (const char byte : file)
    uri += byte == '%' || byte == '?' || byte == '#'
               ? fmt::format("%{:02x}", static_cast<unsigned char>(byte))
               : std::string(1, byte);
  return immutable ? uri + "?immutable=1" : uri;
}

/// Readers of a database with a write-ahead log write beside it, where they may: to know of each
/// other and of writers.
bool may_not_write_beside(sqlite3* database) {
  const int code =
      sqlite3_exec(database, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr) &
      0xff;
  return code == SQLITE_READONLY || code == SQLITE_CANTOPEN;
}

}  // namespace

Connection::Connection(const std::string& file, Mode mode) {
  bool immutable = false;
  open(file, mode, immutable);
  if (mode == Mode::write || !may_not_write_beside(database_.get())) return;
  immutable = ::access((file + "-wal").c_str(), F_OK) != 0;  // no log: nobody can be writing
  if (immutable) open(file, mode, immutable);
}

void Connection::open(const std::string& file, Mode mode, bool immutable) {
  sqlite3* opened = nullptr;
  uri_ = uri_of(file, immutable);
  const int flags =
      mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(uri_.c_str(), &opened, flags | SQLITE_OPEN_URI, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK)
    throw DatabaseError(
        fmt::format("{}: {}{}", file, sqlite3_errmsg(opened),
                    opened ? reason_of(opened, code & 0xff, mode == Mode::write) : std::string()),
        code & 0xff);
  if (mode == Mode::write && sqlite3_db_readonly(opened, "main") == 1)
    throw DatabaseError(fmt::format("{}: cannot be opened to be written", file), SQLITE_READONLY);
  sqlite3_busy_timeout(opened, 10'000);
}

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t Connection::number_of(const std::string& sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.number(0) : 0;
}

void Connection::fail() const { fail_with(database_.get()); }

}  // namespace fencelab::campaign
