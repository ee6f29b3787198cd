// InversionClock: since when an engine executes something that nobody needs as urgently as what it
// keeps waiting.
#pragma once

#include <vector>

#include "core/simulation.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

class InversionClock {
 public:
  InversionClock(core::Simulation& simulation, core::ObjectId engine)
      : simulation_(simulation), engine_(engine) {}

  /// `job` waits for a credit of the engine, until it does not.
  void waits(const Job& job) { for_credits_.push_back(&job); }
  void waits_no_more(const Job& job) { std::erase(for_credits_, &job); }
  const std::vector<const Job*>& for_credits() const { return for_credits_; }

  /// From now on `held_up` is kept waiting by something less urgent; nullptr: nothing is. Publishes
  /// ProbeKind::priority_inverted where that changes for whom.
  void set(const Job* held_up);

 private:
  core::Simulation& simulation_;
  core::ObjectId engine_;
  std::vector<const Job*> for_credits_;
  const Client* held_up_ = nullptr;
  bool inverted_ = false;
};

}  // namespace fencelab::models
