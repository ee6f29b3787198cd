// A thin layer over SQLite: statements that free themselves, errors as exceptions.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace fencelab::campaign {

/// What SQLite says went wrong, with the file it is about.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
  /// SQLite's primary result code; 0: not SQLite's finding.
  int code() const { return code_; }

 private:
  int code_;
};

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);
  /// For the next row or execution: parameters from 1.
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t number);
  Statement& bind_real(int index, double number);
  Statement& bind_null(int index);
  /// True: there is a row to read. False: done, and ready to be bound again.
  bool step();
  /// Executes to the end and is ready to be bound again.
  void run();
  std::string text(int column) const;
  std::string_view view(int column) const;  ///< until the next step
  std::int64_t number(int column) const;
  void reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Connection {
 public:
  enum class Mode : unsigned char { read, write };
  /// Opens `file`, which `write` creates if need be. To read it, no right to write beside it is
  /// needed, unless somebody is writing it.
  Connection(const std::string& file, Mode mode);
  void execute(const std::string& sql);
  /// The first column of the first row of `sql`; 0 without a row.
  std::int64_t number_of(const std::string& sql);
  Statement prepare(std::string_view sql) { return {database_.get(), sql}; }
  /// Throws what went wrong last.
  [[noreturn]] void fail() const;
  /// How another connection can ATTACH the file with the same rights.
  const std::string& uri() const { return uri_; }

 private:
  void open(const std::string& file, Mode mode, bool immutable);
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::string uri_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace fencelab::campaign
