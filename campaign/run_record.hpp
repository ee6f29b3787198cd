// RunRecord: everything one run yields, ready to be sent between processes and written to files.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "campaign/source_place.hpp"

namespace fencelab::campaign {

/// One deadlock, orphan or stall of a run, in the forms in which it is shown.
struct IncidentRecord {
  std::string kind, signature, text, json, dot;
  std::vector<std::string> members;
  SourcePlace place{};  ///< where the first member with a place stands
};

struct RunRecord {
  std::string scenario, stack, file;
  std::uint64_t seed = 0;
  std::string status = "ok";  ///< ok, crashed, error
  std::string message;        ///< when not ok
  std::string verdict;
  std::map<std::string, std::string> values;  ///< column -> text, without the ones above
  std::vector<IncidentRecord> incidents;
  std::vector<std::string> hazards;              ///< the first few, in words
  std::map<std::string, double> engine_busy_ns;  ///< by engine, for tests and reports

  std::string to_json() const;
  static RunRecord from_json(const std::string& text);
};

}  // namespace fencelab::campaign
