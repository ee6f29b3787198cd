// What is asked of a trace.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/trace/tracepoint.hpp"
#include "core/time.hpp"

namespace fencelab::analysis {

enum class TraceForm : std::uint8_t {
  chrome_json,  ///< slices, instants, counters and arrows
  perfetto,     ///< these and tracepoints
  ftrace_text,  ///< tracepoints
};

struct TraceOptions {
  std::string path;  ///< of the file that is made; empty: no trace is asked for
  TraceForm form = TraceForm::chrome_json;
  TraceNames names = TraceNames::linux_6_17;
  core::Time from{}, to = core::kNever;  ///< what lies in between is written
};

}  // namespace fencelab::analysis
