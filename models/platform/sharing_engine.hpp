// Who says how fast the activities on shared hardware go, and when they end: SimGrid, behind an
// interface, since loading SimGrid and the libraries that it brings takes longer than many a
// search. The interface is private to models/platform.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/time.hpp"
#include "models/platform/work.hpp"

namespace fencelab::models::platform {

struct HardwareDescription;

/// It is asked when its next activity ends, and is only stepped there or to an instant at which the
/// set of activities changes. Everything else of a run goes by without it. Where bandwidths may
/// change at any time (a platform file with profiles) it is stepped along with every instant of
/// ours.
class SharingEngine {
 public:
  SharingEngine() = default;
  /// Cancels what is in flight.
  virtual ~SharingEngine() = default;
  SharingEngine(const SharingEngine&) = delete;
  SharingEngine& operator=(const SharingEngine&) = delete;

  virtual core::Duration latency(std::size_t link) const = 0;

  /// Moves its clock to `at`, unless it is there or later. Activities may end on the way.
  virtual void synchronise(core::Time at) = 0;
  /// Starts an activity at its present. `listener` hears of its end unless it is abandoned; if the
  /// link is down it hears so at once, and nothing is started (nullptr).
  virtual Activity* start(const Demand& demand, CompletionListener& listener) = 0;
  /// The listener is gone. The activity takes its share until cancel_abandoned().
  virtual void abandon(Activity& activity) = 0;
  virtual bool has_abandoned() const = 0;
  virtual void cancel_abandoned() = 0;
  /// A computation gets another share of its core from the engine's present on.
  virtual void reweigh(Activity& activity, double weight) = 0;

  /// True if nothing happens up to `until` (any more). Else it has taken one step towards it, in
  /// which activities may have ended.
  virtual bool advance(core::Time until) = 0;
  virtual bool has_completions() const = 0;
  /// Tells the listeners of what has ended, in the order of their requests.
  virtual void hand_out_completions() = 0;
  /// Its present, rounded to the nearest nanosecond.
  virtual core::Time now() const = 0;
};

/// The functions below are there twice: a program links SimGrid (simgrid/linked.cpp), or loads it
/// when the first engine is made (on_demand/).

/// Throws std::logic_error if this process has had an engine before, std::runtime_error if SimGrid
/// cannot be loaded, std::invalid_argument if a platform file cannot be used.
std::unique_ptr<SharingEngine> make_sharing_engine(const HardwareDescription& description);
/// Before a process begets others that will make an engine each: they need not load it again.
/// Whether it can be loaded is for them to say.
void prepare_sharing_engines() noexcept;
/// The file that would be loaded, which results hang on as much as on the program. Empty: none.
std::string sharing_engine_file();

}  // namespace fencelab::models::platform
