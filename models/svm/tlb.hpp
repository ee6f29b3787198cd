// Tlb: invalidation of a GPU's translations. It is asked for, firmware carries it out, and the
// acknowledgement comes back as a message like others of that firmware.
#pragma once

#include <memory>

#include "core/completion.hpp"
#include "core/fifo.hpp"

namespace fencelab::models {

/// An invalidation under way. Shared: whoever asked may be killed before the answer comes.
using TlbRequest = std::shared_ptr<core::Completion>;

class Tlb {
 public:
  /// `name`: of the GPU.
  Tlb(core::Simulation& simulation, std::string name, core::Duration latency)
      : simulation_(simulation), name_(std::move(name)), latency_(latency), asked_(simulation) {}

  /// Returns when no stale translation is used any more. `receiver` handles the acknowledgements.
  core::Task<> flush(core::Process* receiver);
  TlbRequest request(core::Process* receiver);
  /// The firmware's side: `answer(request)` sends each acknowledgement.
  template <class Answer>
  core::Task<> serve(Answer answer) {
    for (;;) {
      co_await asked_.arrival();
      const TlbRequest request = asked_.front();
      asked_.pop();
      if (latency_ > core::Duration{})
        co_await core::sleep_for(simulation_, latency_, core::WaitReason::firmware);
      answer(request);
    }
  }
  std::uint64_t flushes() const { return flushes_; }

 private:
  core::Simulation& simulation_;
  std::string name_;
  core::Duration latency_;
  core::Fifo<TlbRequest> asked_;
  std::uint64_t flushes_ = 0;
};

}  // namespace fencelab::models
