#include "analysis/lockdep/causality.hpp"

#include <algorithm>

namespace fencelab::analysis {

void Causality::region_begins(CausalClock& clock) {
  if (clock.actor == CausalClock::kNoActor) clock.actor = actors_++;
  clock.inside = true;
  clock.known_at_start = clock.known;
}

void Causality::region_ends(CausalClock& clock) {
  clock.inside = false;
  ++clock.regions;
}

void Causality::send(const CausalClock& clock, core::ObjectId object, std::uint64_t value) {
  if (clock.actor == CausalClock::kNoActor && !clock.known) return;
  stamps_[core::raw(object) % kStamps] = {object, value, clock.actor, clock.regions, clock.known};
}

void Causality::receive(CausalClock& clock, core::ObjectId object, std::uint64_t value) {
  const Stamp& stamp = stamps_[core::raw(object) % kStamps];
  if (stamp.object == object && stamp.value == value) join(clock, stamp);
}

void Causality::start(const CausalClock& parent, CausalClock& child) {
  join(child, {core::kNoObject, 0, parent.actor, parent.regions, parent.known});
}

void Causality::join(CausalClock& clock, const Stamp& stamp) {
  const bool has_actor = stamp.actor != CausalClock::kNoActor && stamp.regions > 0;
  const bool news_of_actor =
      has_actor && stamp.actor != clock.actor && !over(clock.known, stamp.actor, stamp.regions - 1);
  if (!news_of_actor && (has_actor || !stamp.known || stamp.known == clock.known)) return;
  auto merged = clock.known ? *clock.known : std::vector<std::uint32_t>{};
  merged.resize(std::max({merged.size(), stamp.known ? stamp.known->size() : 0,
                          has_actor ? std::size_t{stamp.actor} + 1 : 0}));
  if (stamp.known)
    for (std::size_t i = 0; i < stamp.known->size(); ++i)
      merged[i] = std::max(merged[i], (*stamp.known)[i]);
  if (has_actor) merged[stamp.actor] = std::max(merged[stamp.actor], stamp.regions);
  clock.known = std::make_shared<const std::vector<std::uint32_t>>(std::move(merged));
}

}  // namespace fencelab::analysis
