// A schedule as a timeline for a viewer: the Trace Event Format of Chrome, which Perfetto's UI
// opens. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/explore/schedule.hpp"

namespace fencelab::analysis {

/// One track per process. In an explored schedule the clock means nothing: step n lasts from
/// millisecond n - 1 to n.
nlohmann::ordered_json schedule_timeline(const std::vector<TakenStep>& steps,
                                         const std::string& title);

}  // namespace fencelab::analysis
