// Tracepoints as Perfetto's FtraceEvent messages.
#pragma once

#include <string>

#include "analysis/trace/tracepoint.hpp"

namespace fencelab::analysis {

/// The encoded FtraceEvent; empty if Perfetto knows no such tracepoint (dma_fence_destroy,
/// dma_fence_enable_signal), or kernels with these names have none.
std::string perfetto_ftrace_event(const Tracepoint& point, TraceNames names);

}  // namespace fencelab::analysis
