// Whose ww tickets are compared with whose. The age of a transaction matters only to those whom it
// meets on a lock, yet in a search that knows no better every draw has its place among all others:
// with n transactions that never meet that makes n! orders of one. So prover A begins as if nobody
// met anybody. An execution in which two are compared that were not known to be tells that this was
// wrong, and the search begins anew with what is known by then. The last one has met nobody else in
// any execution, so that the draws of all others do commute: docs/decisions/0009-ww-tickets.md.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "analysis/explore/actor_table.hpp"
#include "analysis/explore/exploration.hpp"
#include "core/footprint.hpp"

namespace fencelab::analysis {

class Rivals final : public core::TicketRivals {
 public:
  /// Names of two actors (ActorTable::path), the smaller one first: a search that begins anew gives
  /// other numbers.
  using Pair = std::pair<std::uint64_t, std::uint64_t>;

  /// `actors`: those of the subject.
  explicit Rivals(const ActorTable& actors) : actors_(actors) {}

  /// In the order in which they were met.
  const std::vector<Pair>& pairs() const { return pairs_; }
  std::size_t count() const { return pairs_.size(); }
  /// Whether it is new.
  bool add(const Pair& pair);

  void note_draw(std::uint32_t actor, core::Footprint& footprint) override;
  void note_comparison(std::uint32_t actor, std::uint32_t other) override;

 private:
  const ActorTable& actors_;
  std::vector<Pair> pairs_;
};

/// Dead states of searches that had to begin anew. They are none the less real, and all there is if
/// the last search has no time to find them again.
class FoundBefore {
 public:
  /// `actors`: of the subject, before the first search.
  explicit FoundBefore(ActorTable& actors) : actors_(actors), names_(actors.names()) {}
  /// Of a search that is over. Its actors lose their numbers: the next one is as if it were the
  /// first.
  void keep(Exploration& result);
  /// Puts them into the result of the last search, if that found none and was not done.
  void give_back(Exploration& result);

 private:
  ActorTable& actors_;
  std::vector<ActorName> names_;
  std::map<std::uint64_t, DeadState> dead_;
  std::vector<ActorName> names_of_dead_;  ///< by which their schedules go
};

}  // namespace fencelab::analysis
