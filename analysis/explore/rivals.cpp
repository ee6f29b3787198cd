#include "analysis/explore/rivals.hpp"

#include <algorithm>

namespace fencelab::analysis {

bool Rivals::add(const Pair& pair) {
  if (std::find(pairs_.begin(), pairs_.end(), pair) != pairs_.end()) return false;
  pairs_.push_back(pair);
  return true;
}

void Rivals::note_draw(std::uint32_t actor, core::Footprint& footprint) {
  if (actor == core::kSetUp) return;  // before all others, in every schedule
  const std::uint64_t name = actors_.path(actor);
  for (std::uint32_t i = 0; i < pairs_.size(); ++i)
    if (pairs_[i].first == name || pairs_[i].second == name)
      footprint.touches.push_back({.object = core::ticket_order(i), .access = core::Access::write});
}

void Rivals::note_comparison(std::uint32_t actor, std::uint32_t other) {
  add(std::minmax(actors_.path(actor), actors_.path(other)));
}

void FoundBefore::keep(Exploration& result) {
  if (result.found_deadlock()) {
    dead_ = std::move(result.dead);
    names_of_dead_ = actors_.names();
  }
  actors_.assign(names_);
}

void FoundBefore::give_back(Exploration& result) {
  if (result.exhausted || result.found_deadlock() || dead_.empty()) return;
  result.dead = std::move(dead_);
  actors_.assign(names_of_dead_);
}

}  // namespace fencelab::analysis
