// The SimGrid side of SharedHardware: one engine, its clock, and the activities in flight. Private
// to models/platform.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <simgrid/s4u.hpp>
#include <vector>

#include "core/time.hpp"
#include "models/platform/simgrid_platform.hpp"
#include "models/platform/work.hpp"

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

/// SimGrid is asked when its next activity ends, and is only stepped there or to an instant at
/// which the set of activities changes. Everything else of a run goes by without it. With a
/// platform file, whose profiles may change bandwidths at any time, it is stepped along with every
/// instant of ours.
class SimgridEngine {
 public:
  /// Throws std::logic_error if this process has had an engine before.
  explicit SimgridEngine(const HardwareDescription& description);
  /// Cancels what is in flight. SimGrid's own engine stays until the process ends.
  ~SimgridEngine();
  SimgridEngine(const SimgridEngine&) = delete;
  SimgridEngine& operator=(const SimgridEngine&) = delete;

  core::Duration latency(std::size_t link) const { return platform_.routes.at(link).latency; }

  /// Moves SimGrid's clock to `at`, unless it is there or later. Activities may end on the way.
  void synchronise(core::Time at);
  /// Starts an activity at SimGrid's present. `listener` hears of its end unless it is abandoned;
  /// if the link is down it hears so at once, and nothing is started (nullptr).
  Activity* start(const Demand& demand, CompletionListener& listener);
  /// The listener is gone. The activity takes its share until cancel_abandoned().
  void abandon(Activity& activity);
  bool has_abandoned() const { return abandoned_ > 0; }
  void cancel_abandoned();
  /// A computation gets another share of its core from SimGrid's present on.
  void reweigh(Activity& activity, double weight);

  /// True if nothing of SimGrid's happens up to `until` (any more). Else it has taken one step
  /// towards it, in which activities may have ended.
  bool advance(core::Time until);
  bool has_completions() const { return !over_.empty(); }
  /// Tells the listeners of what has ended, in the order of their requests.
  void hand_out_completions();
  /// SimGrid's present, rounded to the nearest nanosecond.
  core::Time now() const;

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
