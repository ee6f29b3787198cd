#include "models/platform/shared_hardware.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/assert.hpp"
#include "models/platform/sharing_engine.hpp"
#include "models/platform/work.hpp"

namespace fencelab::models::platform {

using core::Duration;
using core::Time;
using core::WaitReason;

namespace {

Demand demand_for(Duration cpu_time, int nice) {
  const auto amount = static_cast<std::uint64_t>(std::max<std::int64_t>(cpu_time.count(), 0));
  return {Demand::Kind::compute, 0, amount, weight_of_nice(nice)};
}

}  // namespace

double weight_of_nice(int nice) { return std::pow(1.25, -nice); }

SharedHardware::SharedHardware(core::Simulation& simulation, HardwareDescription description)
    : simulation_(simulation), description_(std::move(description)) {
  const bool from_file = !description_.simgrid_platform_file.empty();
  for (const LinkDescription& link : description_.links) {
    FENCELAB_ASSERT(from_file || link.bytes_per_second > 0, "link {} has no bandwidth", link.name);
    links_.push_back({simulation_.new_object_id(), 0});
  }
  if (description_.disk_bytes_per_second > 0) disk_.id = simulation_.new_object_id();
}

SharedHardware::~SharedHardware() {
  for (Work* work : works_) work->hardware_ = nullptr;
}

core::Task<Duration> SharedHardware::transfer(std::size_t link, std::uint64_t bytes) {
  FENCELAB_ASSERT(link < links_.size(), "link {} of {}", link, links_.size());
  const Time begin = simulation_.now();
  if (simulation_.untimed()) {
    co_await core::sleep_for(simulation_, Duration(1), WaitReason::transfer);
    co_return account(links_[link], bytes, begin);
  }
  Work work(*this, {Demand::Kind::transfer, link, bytes});
  work.request(latency(link));
  co_await work.wait(WaitReason::transfer);
  if (work.failed())
    throw std::runtime_error(
        fmt::format("link '{}' is down: a transfer of {} bytes that began at {} ns was lost",
                    description_.links[link].name, bytes, core::nanoseconds_of(begin)));
  co_return account(links_[link], bytes, begin);
}

core::Task<Duration> SharedHardware::compute(Duration cpu_time, int nice) {
  const Time begin = simulation_.now();
  if (!shares_cpu() || simulation_.untimed()) {
    co_await core::sleep_for(simulation_, cpu_time, WaitReason::cpu);
    co_return simulation_.now() - begin;
  }
  Work work(*this, demand_for(cpu_time, nice));
  work.request(Duration::zero());
  co_await work.wait(WaitReason::cpu);
  if (work.failed()) throw std::runtime_error("the host that computes is down");
  co_return simulation_.now() - begin;
}

std::unique_ptr<Work> SharedHardware::start_computing(Duration cpu_time, int nice) {
  if (!shares_cpu() || simulation_.untimed()) return nullptr;
  auto work = std::make_unique<Work>(*this, demand_for(cpu_time, nice));
  work->request(Duration::zero());
  return work;
}

void SharedHardware::renice(Work& work, int nice) { work.reweigh(weight_of_nice(nice)); }

core::Task<Duration> SharedHardware::disk_io(std::uint64_t bytes, bool write) {
  FENCELAB_ASSERT(description_.disk_bytes_per_second > 0, "no disk for {} bytes", bytes);
  const Time begin = simulation_.now();
  if (simulation_.untimed()) {
    co_await core::sleep_for(simulation_, Duration(1), WaitReason::transfer);
    co_return account(disk_, bytes, begin);
  }
  Work work(*this, {write ? Demand::Kind::disk_write : Demand::Kind::disk_read, 0, bytes});
  work.request(description_.disk_latency);
  co_await work.wait(WaitReason::transfer);
  co_return account(disk_, bytes, begin);
}

Duration SharedHardware::account(Mover& mover, std::uint64_t bytes, Time begin) {
  const Duration took = simulation_.now() - begin;
  mover.bytes_moved += bytes;
  simulation_.emit(core::ProbeKind::bytes_moved, mover.id, bytes,
                   static_cast<std::uint64_t>(took.count()));
  return took;
}

bool SharedHardware::shares_cpu() const {
  return description_.cpu_cores > 0 || !description_.simgrid_cpu_host.empty();
}

Duration SharedHardware::latency(std::size_t link) {
  if (description_.simgrid_platform_file.empty()) return description_.links[link].latency;
  return engine().latency(link);
}

SharingEngine& SharedHardware::engine() {
  if (!engine_) engine_ = make_sharing_engine(description_);
  return *engine_;
}

// ---------------------------------------------------------------- requests

void SharedHardware::adopt(Work& work) {
  work.index_ = works_.size();
  works_.push_back(&work);
}

void SharedHardware::disown(Work& work) {
  works_[work.index_] = works_.back();
  works_[work.index_]->index_ = work.index_;
  works_.pop_back();
}

void SharedHardware::withdraw(Work& work) {
  if (work.activity_ != nullptr) engine_->abandon(*work.activity_);
  std::erase(to_start_, &work);
  std::erase(to_reweigh_, &work);
}

void SharedHardware::reweigh(Work& work) { to_reweigh_.push_back(&work); }

void SharedHardware::apply_requests() {
  const bool nothing = to_start_.empty() && to_reweigh_.empty();
  if (nothing && !(engine_ && engine_->has_abandoned())) return;
  engine().synchronise(simulation_.now());
  engine_->cancel_abandoned();
  for (Work* work : to_start_) work->activity_ = engine_->start(work->demand(), *work);
  to_start_.clear();
  for (const Work* work : to_reweigh_)
    if (work->activity_ != nullptr) engine_->reweigh(*work->activity_, work->demand().weight);
  to_reweigh_.clear();
}

// ---------------------------------------------------------------- the two clocks

// SimGrid goes first: an activity that ends at the instant of one of our events has ended before
// it.
bool SharedHardware::run_step(Time limit) {
  apply_requests();
  const Time until = std::min(simulation_.next_event_time(), limit);
  if (!engine_ || engine_->advance(until)) return simulation_.run_instant(limit);
  if (!engine_->has_completions()) return true;
  simulation_.advance_to(std::max(simulation_.now(), std::min(engine_->now(), until)));
  engine_->hand_out_completions();
  return true;
}

void SharedHardware::run(Time limit, const std::function<bool()>& stop) {
  while (!(stop && stop()) && run_step(limit)) {
  }
}

}  // namespace fencelab::models::platform
