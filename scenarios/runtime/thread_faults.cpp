// Faults that strike jobs, as a thread submits them.
#include "core/assert.hpp"
#include "scenarios/runtime/thread_runner.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::scenarios {

// For a value that nobody will ever write, of the first timeline that it has to do with.
void ThreadRunner::wait_for_nothing(models::Job& job) {
  constexpr std::uint64_t kFarAway = std::uint64_t{1} << 40;
  if (!job.ring_waits.empty())
    job.ring_waits.front().value += kFarAway;
  else if (!job.signals.empty())
    job.ring_waits.push_back({job.signals.front().timeline, job.signals.front().value + kFarAway});
}

void ThreadRunner::strike_faults(models::Job& job, OpState& state, Index label) {
  const FaultSpec* fault = world_.fault_for(clone_, label, state.runs - 1);
  if (!fault || !world_.strikes_now(*fault)) return;
  const bool user = job.context->gpu().policies().submission->user_mode();
  switch (fault->kind) {
    case FaultSpec::Kind::hang: job.hung = true; break;
    // The kernel learns of a lost completion as of a hang; a user fence is just never written.
    case FaultSpec::Kind::never_signal:
      (user ? job.never_signals : job.hung) = true;
      job.completion_lost = user;
      break;
    case FaultSpec::Kind::slow: job.duration *= fault->factor; break;
    case FaultSpec::Kind::lost_doorbell: job.doorbell_lost = true; break;
    case FaultSpec::Kind::wrong_value: job.writes = models::Job::Writes::one_less; break;
    case FaultSpec::Kind::backwards_value: job.writes = models::Job::Writes::zero; break;
    case FaultSpec::Kind::wrong_wait: wait_for_nothing(job); break;
    case FaultSpec::Kind::page_fault: job.faults_unserved = true; break;
    case FaultSpec::Kind::corrupt_ring: job.hung = job.corrupts_ring = true; break;
    case FaultSpec::Kind::lost_interrupt: job.interrupt_lost = true; break;
    case FaultSpec::Kind::slow_interrupt: job.interrupt_delay = fault->delay; break;
    case FaultSpec::Kind::kill:
    case FaultSpec::Kind::no_memory:
    case FaultSpec::Kind::firmware_stop:
    case FaultSpec::Kind::unplug:
      FENCELAB_ASSERT(false, "this fault strikes a process, not {}", job.name());
  }
  simulation_.emit(core::ProbeKind::fault_struck, job.id(),
                   static_cast<std::uint64_t>(fault - world_.scenario().faults.data()),
                   clone_.client->index(), &job);
}

}  // namespace fencelab::scenarios
