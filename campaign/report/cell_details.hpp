// What one cell of the report (a stack at a scenario point) tells beside its estimates: sums and
// means over its runs, as JSON.
#pragma once

#include <string>
#include <vector>

#include "campaign/comparison.hpp"
#include "campaign/report/name_pool.hpp"

namespace fencelab::campaign {

/// {"rules": [[rule, policy, needed, false, cost_ns]], "buffers": [[buffer, needed, false,
/// cost_ns]], "kinds": [[needed, where, consumer, producer, buffer, policy, rule, count,
/// cost_ns]]}: sums over runs, costliest first; words are numbers of `names`. Of buffers and kinds
/// the first are listed, the others summed up in one row whose words are "(others)".
std::string dependencies_json(const RunGroup& group, NamePool& names);

/// [[client, [mean of each of report_client_columns()]]]: of the first two dozen.
std::string clients_json(const RunGroup& group, NamePool& names);
const std::vector<std::string>& report_client_columns();

/// {"pools": [[name, largest bytes of any run]], "links": [[name, mean bytes]]}.
std::string places_json(const RunGroup& group, NamePool& names);

/// {name: [times counted, [ns of each of kDistributionPermilles]]}: quantiles averaged over runs.
std::string distributions_json(const RunGroup& group);

/// [seed, bin_ns, [[kind, name, [KiB] or KiB in each bin, bins]]] of the first run that has one;
/// null if none has.
std::string series_json(const RunGroup& group, NamePool& names);

/// [[rule, kind, text, times, runs, place]] of hazards by class, then of broken rules.
std::string hazards_json(const RunGroup& group, NamePool& names);

}  // namespace fencelab::campaign
