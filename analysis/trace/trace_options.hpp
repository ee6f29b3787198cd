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
  /// An instant by its name; the n-th of these is where `from` and `to` count from. Empty: the
  /// begin of the run.
  std::string trigger;
  std::uint64_t trigger_number = 1;
  std::string cone;  ///< a fence or a job, of which only what led to it is written; empty: all
};

}  // namespace fencelab::analysis
