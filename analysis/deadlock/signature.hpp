// Class of a finding: what stays equal when the same fault strikes other instances, in other order.
#pragma once

#include <string>
#include <string_view>

#include "analysis/deadlock/findings.hpp"

namespace fencelab::analysis {

/// `label` with every run of digits replaced by '#': "dma_fence gfx:17" -> "dma_fence gfx:#".
std::string strip_instances(std::string_view label);

/// "deadlock: lock mutex A <- lock mutex B": kind, then the sorted distinct pairs of reason and
/// stripped label. Independent of the number of members, of names and of time.
std::string signature_of(const Finding& finding);

}  // namespace fencelab::analysis
