// A look at what is near the first execution, for prover A when it has got into something that goes
// round: depth first it would try all that can happen there before it comes back to where the
// schedule could have gone elsewhere early on. For who is content with one dead state, and for the
// time after the search: it comes when it comes, so a search that counts must not ask it.
#pragma once

#include <chrono>

#include "analysis/explore/exploration.hpp"
#include "analysis/explore/subject.hpp"

namespace fencelab::analysis {

class NearFirst {
 public:
  NearFirst(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits);
  /// Asked after executions. Once, when the first long one was met and nobody is stuck yet: all
  /// schedules that deviate in one step from what would be tried first, some random ones, all that
  /// deviate in two, and so on, up to the first dead state or a number of steps. It proves nothing;
  /// what is dead goes into `work`, and so do the steps. Executions are those of the search itself.
  void look(Exploration& work);

 private:
  void walk(Exploration& seen);
  bool look_within(std::uint32_t deviations, Exploration& seen);
  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::uint64_t executions_ = 0;  ///< with one deviation less
  bool has_looked_ = false;
};

}  // namespace fencelab::analysis
