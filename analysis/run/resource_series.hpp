// ResourceSeries: how full pools of memory and how busy links were over a run, from probe events.
#pragma once

#include <cstdint>

#include "analysis/run/binned_series.hpp"
#include "analysis/run/run_series.hpp"
#include "core/probe.hpp"
#include "models/machine.hpp"

namespace fencelab::analysis {

class ResourceSeries final : public core::ProbeSink {
 public:
  static constexpr core::KindSet kMask =
      core::KindSet(core::ProbeKind::bytes_moved) | core::KindSet(core::ProbeKind::buffer_placed) |
      core::KindSet(core::ProbeKind::buffer_evicted) | core::KindSet(core::ProbeKind::buffer_freed);

  /// `machine` is complete and outlives it.
  explicit ResourceSeries(models::Machine& machine);
  void on_event(const core::ProbeEvent& event) override;
  /// The tracks that are not 0 all the time; the run is over at `end`. Once.
  RunSeries finish(core::Time end);

 private:
  void look_at_pools(std::int64_t at);
  models::Machine& machine_;
  BinnedSeries bins_;
};

}  // namespace fencelab::analysis
