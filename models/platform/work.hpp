// Work: one request for a shared resource, and what its process waits on. Private to
// models/platform.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/simulation.hpp"
#include "core/waitable.hpp"

namespace fencelab::models::platform {

class SharedHardware;

/// What is asked of which resource.
struct Demand {
  enum class Kind : std::uint8_t { transfer, compute, disk_read, disk_write };
  Kind kind = Kind::transfer;
  std::size_t link = 0;      ///< of a transfer
  std::uint64_t amount = 0;  ///< bytes, or nanoseconds of compute
  double weight = 1;         ///< of compute: its share of a core beside others
};

/// Hears of the end of an activity.
class CompletionListener {
 public:
  /// It is over; `failed` if the resource went away.
  virtual void on_over(bool failed) = 0;

 protected:
  ~CompletionListener() = default;
};

/// SimGrid's side of an activity in flight (simgrid/simgrid_engine.hpp).
struct Activity;

/// Lives in the frame of the waiting coroutine, so that cancelling the process gives the resource
/// back to the others from that instant on.
class Work final : public core::Waitable, public CompletionListener {
 public:
  Work(SharedHardware& hardware, const Demand& demand);
  ~Work() override;

  /// Asks for the resource once `latency` has passed. Never blocks; wait() does.
  void request(core::Duration latency);
  core::SingleWait wait(core::WaitReason reason) { return {*this, 0, {.reason = reason}}; }

  const Demand& demand() const { return demand_; }
  /// From now on its share counts so much.
  void reweigh(double weight);
  bool failed() const { return failed_; }

  bool satisfied(std::uint64_t) const override { return over_; }
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::WaitLink& link) const override;
  std::string describe() const override;

  void on_over(bool failed) override;

 private:
  friend class SharedHardware;
  void latency_paid();

  SharedHardware* hardware_;  ///< nullptr once the hardware is gone
  Demand demand_;
  std::optional<core::Timer> latency_timer_;
  Activity* activity_ = nullptr;  ///< while in flight
  std::size_t index_ = 0;         ///< place in SharedHardware::works_
  bool over_ = false;
  bool failed_ = false;
};

}  // namespace fencelab::models::platform
