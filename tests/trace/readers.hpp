// Traces read by other parsers than those that wrote them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/trace/timeline_model.hpp"

namespace fencelab::tests {

/// A tracepoint: its name and its fields.
struct TracePoint {
  std::string name;
  std::int64_t at_ns = 0;
  std::uint64_t pid = 0;
  std::string comm;  ///< ftrace text only
  std::map<std::string, std::string> fields;
};

/// Chrome JSON. `whole`: the run ended well; else the file may stop after any event.
TimelineModel read_chrome(const std::string& path, bool whole = true);

/// Perfetto's protobuf, by the code that protoc makes of trace_subset.proto. Fails the test on
/// fields that are not there.
struct PerfettoTrace {
  TimelineModel timeline;
  std::vector<TracePoint> points;
};
PerfettoTrace read_perfetto(const std::string& path, bool whole = true);

/// ftrace text, line by line by a grammar of its own. Fails the test on what is none.
std::vector<TracePoint> read_ftrace(const std::string& path);

}  // namespace fencelab::tests
