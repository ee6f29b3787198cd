// The SimGrid side of SharedHardware: one engine, its clock, and the activities in flight. Private
// to models/platform/simgrid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <simgrid/s4u.hpp>
#include <vector>

#include "models/platform/sharing_engine.hpp"
#include "models/platform/simgrid/simgrid_platform.hpp"

namespace fencelab::models::platform {

struct HardwareDescription;
class SimgridEngine;

/// An activity in flight. SimGrid frees a running activity that nobody refers to, so we do.
struct Activity {
  SimgridEngine* engine = nullptr;
  simgrid::s4u::ActivityPtr handle;
  CompletionListener* listener = nullptr;  ///< nullptr: its process is gone
  std::uint64_t sequence = 0;              ///< order of the requests
  std::size_t index = 0;                   ///< place in SimgridEngine::activities_
  bool over = false;                       ///< SimGrid is done with it
  bool failed = false;
};

/// With a platform file, whose profiles may change bandwidths at any time, it cannot foresee.
class SimgridEngine final : public SharingEngine {
 public:
  /// Throws std::logic_error if this process has had an engine before.
  explicit SimgridEngine(const HardwareDescription& description);
  /// SimGrid's own engine stays until the process ends.
  ~SimgridEngine() override;

  core::Duration latency(std::size_t link) const override {
    return platform_.routes.at(link).latency;
  }
  void synchronise(core::Time at) override;
  Activity* start(const Demand& demand, CompletionListener& listener) override;
  void abandon(Activity& activity) override;
  bool has_abandoned() const override { return abandoned_ > 0; }
  void cancel_abandoned() override;
  void reweigh(Activity& activity, double weight) override;
  bool advance(core::Time until) override;
  bool has_completions() const override { return !over_.empty(); }
  void hand_out_completions() override;
  core::Time now() const override;

 private:
  using Vetoed = simgrid::s4u::Activity*;

  simgrid::s4u::ActivityPtr launch(const Demand& demand, Activity& activity);
  static void on_completion(const simgrid::s4u::Activity& activity);
  core::Time next_completion();
  double seconds_to_next_event() const;
  /// One round of SimGrid's loop: to `date` or its next event, whichever comes first.
  void step(double date);
  void keep_precision(double date);
  void forget(Activity& activity);

  simgrid::s4u::Engine* engine_ = nullptr;  ///< owned by the process, see the destructor
  SimgridPlatform platform_;
  bool foresees_all_ = true;               ///< no profile can change what next_completion() says
  std::set<Vetoed> step_marker_{nullptr};  ///< see step(); never iterated
  std::vector<std::unique_ptr<Activity>> activities_;
  std::vector<Activity*> over_;     ///< ended, not handed out yet
  std::vector<Activity*> dropped_;  ///< ended, and nobody listens
  std::optional<core::Time> next_;  ///< cache of next_completion()
  std::size_t abandoned_ = 0;
  std::uint64_t sequence_ = 0;
  double precision_;
};

}  // namespace fencelab::models::platform
