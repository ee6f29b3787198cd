// Causality: what must have happened before what, from starts, joins, fences and values. Only whole
// critical regions are compared: "everything P held up to then was released before Q took this".
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/ids.hpp"

namespace fencelab::analysis {

/// Number of regions of each process that are known to be over; indexed by actor.
using Knowledge = std::shared_ptr<const std::vector<std::uint32_t>>;

/// One process's view. A region is the time from its first lock to the release of its last one.
struct CausalClock {
  static constexpr std::uint32_t kNoActor = ~std::uint32_t{0};
  std::uint32_t actor = kNoActor;  ///< given when its first region begins
  std::uint32_t regions = 0;       ///< that ended
  bool inside = false;
  Knowledge known;
  Knowledge known_at_start;  ///< of the present region

  const Knowledge& at_start() const { return inside ? known_at_start : known; }
};

class Causality {
 public:
  void region_begins(CausalClock& clock);
  void region_ends(CausalClock& clock);

  /// `object` carries from here on what `clock` knows and did. `value` tells points of a timeline
  /// apart.
  void send(const CausalClock& clock, core::ObjectId object, std::uint64_t value = 0);
  /// The process of `clock` has waited for it. A timeline that was last advanced to another value
  /// tells nothing: somebody else may have reached this one.
  void receive(CausalClock& clock, core::ObjectId object, std::uint64_t value = 0);
  /// `child` is started by `parent`.
  void start(const CausalClock& parent, CausalClock& child);

  /// Whether whoever has `knowledge` knows that region number `region` of `actor` is over.
  static bool over(const Knowledge& knowledge, std::uint32_t actor, std::uint32_t region) {
    return knowledge && actor < knowledge->size() && (*knowledge)[actor] > region;
  }

 private:
  struct Stamp {
    core::ObjectId object = core::kNoObject;
    std::uint64_t value = 0;
    std::uint32_t actor = CausalClock::kNoActor, regions = 0;
    Knowledge known;
  };
  void join(CausalClock& clock, const Stamp& stamp);
  /// Direct-mapped by object id: bounded. What is overwritten orders nothing, so that an order may
  /// be missed and a cycle reported that need not be, never the other way round.
  static constexpr std::size_t kStamps = 4096;
  std::vector<Stamp> stamps_{kStamps};
  std::uint32_t actors_ = 0;
};

}  // namespace fencelab::analysis
