// A metric over the events of a run.
#include <limits>

#include "policies/plugin/plugin.hpp"

namespace {

using namespace fencelab;

class Jobs final : public plugin::Metric {
 public:
  core::Probe::Mask kinds() const override {
    return core::Probe::bit(core::ProbeKind::job_submitted) |
           core::Probe::bit(core::ProbeKind::job_finished);
  }
  void on_event(const core::ProbeEvent& event) override {
    if (event.kind == core::ProbeKind::job_submitted) ++submitted_;
    if (event.kind == core::ProbeKind::job_finished) last_ns_ = core::nanoseconds_of(event.at);
  }
  double value(std::size_t column) const override {
    if (column == 0) return static_cast<double>(submitted_);
    if (column == 1) return static_cast<double>(last_ns_) * 0.5;
    return std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::uint64_t submitted_ = 0;
  std::int64_t last_ns_ = 0;
};

void contents(plugin::Contents& plugin) {
  plugin.add(plugin::MetricInfo{
      {{"jobs_count", "count", "jobs that were submitted", plugin::Direction::neither},
       {"half_time_ns", "ns", "half the instant of the last job", plugin::Direction::less},
       {"nothing_ns", "ns", "has never a value", plugin::Direction::more}},
      [](core::Simulation&) { return std::make_unique<Jobs>(); }});
}

}  // namespace

FENCELAB_PLUGIN("tally", "2.1", contents)
