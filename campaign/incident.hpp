// A finding of the wait graph in all the forms in which it is shown.
#pragma once

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/text.hpp"
#include "analysis/hazards/hazard_log.hpp"
#include "campaign/run_record.hpp"
#include "core/wait_graph.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

/// Says places of `world`, which must outlive it: "file:line:column /pointer".
analysis::DescribePlace words_of_places(const scenarios::World& world);

/// `rescued`: a recovery timer ends it. Places are those of `world`.
IncidentRecord describe_incident(const core::WaitGraph& graph, const analysis::Finding& finding,
                                 bool rescued, const scenarios::World& world);

/// `kind` is the rule that it breaks.
HazardRecord describe_hazard(const analysis::HazardClass& hazard, const scenarios::World& world);

}  // namespace fencelab::campaign
