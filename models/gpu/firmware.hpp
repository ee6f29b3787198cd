// Firmware: maps user queues to the few slots that the hardware has, and takes them off again. It
// may stop answering.
#pragma once

#include <optional>
#include <vector>

#include "core/fifo.hpp"
#include "core/shared.hpp"
#include "core/task.hpp"

namespace fencelab::models {

class Gpu;
class HwQueue;

class Firmware {
 public:
  struct Spec {
    std::uint32_t slots = 8;   ///< user queues on the hardware at once
    core::Duration quantum{};  ///< how long a queue keeps its slot when others wait
    core::Duration latency{};  ///< one map or unmap message
  };
  Firmware(Gpu& gpu, const Spec& spec);

  /// Its loop; spawned once by the Gpu.
  core::Task<> serve();
  /// `queue` has work: it needs a slot. A suspended one asks when it is resumed.
  void ring_doorbell(HwQueue& queue);
  /// Asks that `queue` be taken off, which happens at its next chance if the firmware answers.
  void suspend(HwQueue& queue);
  /// The opposite; whoever resumes it rings its doorbell.
  void resume(HwQueue& queue);
  /// Awaitable task: until `queue`, suspended or parked before, is off every engine.
  core::Task<> wait_until_off(HwQueue& queue);
  /// The same for who has suspended it and is the only one to resume it: until then it stays off,
  /// so that in an untimed run this is a gate and looks at nothing.
  core::Task<> wait_until_left(HwQueue& queue);
  /// `withdrawn`: it had to leave, and somebody may wait for that.
  void queue_left_engine(bool withdrawn);
  /// A queue ran out of work: who is less urgent may have its slot.
  void queue_emptied();

  /// From here on it answers no message, until a reset. What is on engines goes on.
  void stop_answering();
  /// Awaitable task: over at once if it answers. Else until it is reset, by this wait if the hang
  /// policy limits how long a preemption may take.
  core::Task<> await_answer();
  bool answers() const {
    cell_.read();
    return answers_;
  }
  /// The device is gone: nothing is mapped any more, nor will it be.
  void unplug();
  /// Whoever waits in `queue` for a slot waits for this; kNoIndex if nothing special is in the way.
  core::GateIndex describe_silence(core::WaitGraphBuilder& builder, const HwQueue& queue) const;
  /// Whoever waits until queues are off the hardware waits for this.
  core::GateIndex describe_off(core::WaitGraphBuilder& builder) const;

 private:
  bool is_unanswered(const HwQueue& queue) const;
  core::Task<> deliver();
  bool isolates() const;
  bool fits(const HwQueue& queue) const;
  core::Task<bool> free_a_slot(const HwQueue& wanting, bool waited);
  core::Task<bool> make_room(const HwQueue& queue);
  core::Task<HwQueue*> next();
  HwQueue* slot_victim(const HwQueue& wanting) const;
  void restart();
  Gpu& gpu_;
  core::Simulation& simulation_;
  Spec spec_;
  core::Fifo<HwQueue*> slot_wanted_;  ///< in the order in which they asked
  std::vector<HwQueue*> waiting_;     ///< of these, taken out; only where priorities differ
  std::vector<HwQueue*> mapped_;      ///< as many as there are slots, at most
  core::Doorbell off_bell_;
  bool off_wanted_;             ///< somebody has waited for off_bell_; timed runs: always
  core::Cell off_wanted_cell_;  ///< footprint of that
  std::optional<core::Doorbell>
      slots_bell_;  ///< where priorities differ: somebody asks, or has no work left
  std::optional<core::Doorbell> answer_bell_;  ///< once it has been silent
  core::Cell cell_;  ///< footprint of whether it answers, and whom it has not answered
  bool answers_ = true, gone_ = false;
  std::vector<HwQueue*> unanswered_;  ///< to be suspended
};

}  // namespace fencelab::models
