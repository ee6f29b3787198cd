// Prover A as something that can stand still: at each end of an execution it can be asked to stop,
// its state be taken out, and be gone on with elsewhere. See dpor.hpp for what it does.
#pragma once

#include <functional>
#include <set>

#include "analysis/explore/dpor_state.hpp"
#include "analysis/explore/rivals.hpp"
#include "analysis/explore/trace.hpp"

namespace fencelab::analysis {

/// Memory of a search, lent by its subject: most searches are short.
struct DporMemory {
  Trace trace;
  std::vector<DporNode> nodes;
  std::vector<std::uint32_t> races, initials;
};

class DporSearch {
 public:
  /// Of `limits` only depth and daemon_steps; the rest is for whoever says stop.
  DporSearch(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits);
  ~DporSearch();
  DporSearch(const DporSearch&) = delete;
  DporSearch& operator=(const DporSearch&) = delete;

  /// Goes on from `state`, with an empty result.
  void begin(DporState state);
  /// Explores until all is done, two were compared who were not known to be (met_rivals()), or
  /// `stop`, asked after each execution, says so. Whether all is done. May be called again.
  bool run(const std::function<bool(Exploration&)>& stop);
  /// Whether it has to begin anew, for that reason (analysis/explore/rivals.hpp).
  bool met_rivals() const { return known_rivals() > rivals_; }
  /// Where it stands.
  DporState state() const;

  /// What was done since the beginning. `exhausted` says nothing here.
  Exploration& result() { return result_; }
  /// Races with steps that were given, in order, each once.
  const std::vector<RaceRequest>& requests() const { return requests_; }

 private:
  std::size_t known_rivals() const { return options_.rivals ? options_.rivals->count() : 0; }
  void execute();
  void restore(std::uint32_t index, Execution& execution);
  bool extend(Execution& execution);
  bool services_only(Execution& execution, const std::vector<core::Step>& steps,
                     std::uint32_t index);
  std::uint32_t pick(const ActorSet& awake) const;
  bool leaf(Execution& execution);
  DporNode& fresh_node();
  void inherit_sleepers(DporNode& from, DporNode& into);
  void record(std::uint32_t index, const Execution& execution, const core::Footprint& footprint);
  void try_instead(std::uint32_t before, const ActorSet& enabled);
  void reverse(std::uint32_t race);
  void put_before_roused(std::uint32_t index);
  void request(std::uint32_t index, const std::vector<std::uint32_t>& initials);
  bool backtrack();
  Schedule path() const;

  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  std::shared_ptr<DporMemory> memory_;
  Trace& trace_ = memory_->trace;
  std::vector<DporNode>& nodes_ = memory_->nodes;
  std::size_t rivals_ = 0;              ///< known when it began
  std::uint32_t length_ = 0;            ///< steps on the present path
  std::uint32_t floor_ = 0;             ///< steps that were given
  std::vector<std::uint32_t> rousing_;  ///< steps on the path that roused somebody, in order
  bool is_new_ = true;                  ///< the last step on it was not taken yet
  bool is_unseen_ = true;  ///< no execution was made yet: the path is known by name only
  Exploration result_;
  std::vector<RaceRequest> requests_;
  std::set<RaceRequest> requested_;
  std::vector<std::uint32_t>&races_ = memory_->races, &initials_ = memory_->initials;
};

}  // namespace fencelab::analysis
