#include "models/platform/work.hpp"

#include <fmt/format.h>

#include "core/wait_graph_builder.hpp"
#include "models/platform/shared_hardware.hpp"

namespace fencelab::models::platform {

Work::Work(SharedHardware& hardware, const Demand& demand)
    : Waitable(hardware.simulation_), hardware_(&hardware), demand_(demand) {
  hardware.adopt(*this);
}

Work::~Work() {
  if (hardware_ == nullptr) return;
  if (!over_) hardware_->withdraw(*this);
  hardware_->disown(*this);
}

void Work::request(core::Duration latency) {
  if (latency <= core::Duration::zero()) return latency_paid();
  latency_timer_.emplace(simulation(), [this] { latency_paid(); });
  latency_timer_->arm(core::saturating_add(simulation().now(), latency));
}

void Work::latency_paid() {
  if (demand_.amount == 0) return on_over(false);
  if (hardware_ != nullptr) hardware_->submit(*this);
}

void Work::reweigh(double weight) {
  if (weight == demand_.weight) return;
  demand_.weight = weight;
  if (hardware_ != nullptr && activity_ != nullptr) hardware_->reweigh(*this);
}

void Work::on_over(bool failed) {
  activity_ = nullptr;
  over_ = true;
  failed_ = failed;
  while (head_ != nullptr) satisfy(*head_);
}

core::GateIndex Work::describe_release(core::WaitGraphBuilder& builder,
                                       const core::WaitLink&) const {
  return builder.environment(describe(), id());
}

std::string Work::describe() const {
  switch (demand_.kind) {
    case Demand::Kind::transfer: {
      const auto* links = hardware_ ? &hardware_->description_.links : nullptr;
      return fmt::format("transfer of {} bytes on {}", demand_.amount,
                         links ? (*links)[demand_.link].name : "hardware that is gone");
    }
    case Demand::Kind::compute: return fmt::format("{} ns of CPU time", demand_.amount);
    case Demand::Kind::disk_read: return fmt::format("disk read of {} bytes", demand_.amount);
    case Demand::Kind::disk_write: return fmt::format("disk write of {} bytes", demand_.amount);
  }
  return {};
}

}  // namespace fencelab::models::platform
