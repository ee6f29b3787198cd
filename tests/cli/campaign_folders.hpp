// Campaigns of tests, and what their folders hold.
#pragma once

#include <sqlite3.h>

#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace fencelab::testing {

using Arguments = std::vector<std::string>;

/// Ten jobs whose durations are drawn, under two stacks.
inline constexpr const char* kDraws = R"json({
  "format": 1, "name": "draws",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "p", "count": 1, "contexts": [{"name": "c", "engine": "rcs0"}],
    "threads": [{"name": "main", "program": [{"loop": {"times": 10, "body": [
      {"id": "j", "submit": {"context": "c", "duration": {"uniform": ["1 ms", "2 ms"]}}},
      {"wait": {"ops": ["j"]}}]}}]}]}],
  "stacks": ["linux-implicit", "vulkan-timeline"]SWEEP
})json";

inline std::string draws(const std::string& sweep = "") {
  std::string text = kDraws;
  const std::string all = sweep.empty() ? "" : ", \"sweep\": " + sweep;
  return text.replace(text.find("SWEEP"), 5, all);
}

inline const std::string kSweep =
    R"({"axes": [{"name": "clients", "at": "/processes/0/count", "values": [1, 2, 4]},
                 {"name": "slice", "at": "/platform/gpus/0/timeslice", "values": ["1 ms", "5 ms"]}],
        "where": "clients > 1 or slice == '1 ms'"})";

/// What `sql` gives, rows and columns in words.
inline std::string query(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  std::string text;
  const auto add = [](void* into, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i)
      *static_cast<std::string*>(into) += std::string(i ? "|" : "") + (values[i] ? values[i] : "");
    *static_cast<std::string*>(into) += "\n";
    return 0;
  };
  if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK ||
      sqlite3_exec(database, sql.c_str(), add, &text, nullptr) != SQLITE_OK)
    text = std::string("error: ") + sqlite3_errmsg(database);
  sqlite3_close(database);
  return text;
}

/// All that a database says but what depends on the machine.
inline std::string content_of(const std::string& folder) {
  return query(
      folder + "/results.sqlite",
      "SELECT key, scenario, point, stack, seed, status, verdict, message, reproduce, "
      "(SELECT group_concat(j.key || '=' || j.value, ',') FROM json_each(record, '$.values') "
      " j WHERE j.key NOT IN ('wall_time_s', 'events_per_second', 'peak_rss_kib')) "
      "FROM runs ORDER BY key");
}

inline Arguments run_of(const std::string& file, const std::string& out, const std::string& seeds,
                        const Arguments& more = {}) {
  Arguments arguments{"run", file, "--seeds", seeds, "--out", out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

inline bool says(const Outcome& outcome, const std::string& words) {
  return outcome.err.find(words) != std::string::npos;
}

/// The first `count` columns of a table.
inline std::string columns_of(const std::string& csv, std::size_t count) {
  std::string text;
  for (std::size_t at = 0; at < csv.size(); at = csv.find('\n', at) + 1) {
    std::size_t end = at;
    for (std::size_t i = 0; i < count; ++i) end = csv.find(',', end) + 1;
    text += csv.substr(at, end - at) + "\n";
  }
  return text;
}

}  // namespace fencelab::testing
