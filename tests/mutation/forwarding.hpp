// For each axis a policy that does what another one does: a mutant overrides what it gets wrong.
#pragma once

#include <memory>
#include <utility>

#include "models/axes/driver_policies.hpp"
#include "models/vm/bind_queue.hpp"

namespace fencelab::mutation {

template <class Policy>
class Forwarding : public Policy {
 public:
  explicit Forwarding(std::unique_ptr<Policy> right) : right_(std::move(right)) {}

 protected:
  Policy& right() const { return *right_; }

 private:
  std::unique_ptr<Policy> right_;
};

class ForwardingSync : public Forwarding<models::SyncPolicy> {
 public:
  using Forwarding::Forwarding;
  bool uses_resv() const override { return right().uses_resv(); }
  void add_dependencies(models::Job& job) override { right().add_dependencies(job); }
  std::optional<models::Usage> query_for(const models::Access& access, bool marked) const override {
    return right().query_for(access, marked);
  }
  models::Usage publish_as(const models::Access& access) const override {
    return right().publish_as(access);
  }
  bool write_drops_readers() const override { return right().write_drops_readers(); }
  bool wraps_user_fences() const override { return right().wraps_user_fences(); }
  std::size_t wait_array_room() const override { return right().wait_array_room(); }
  void submitted(models::Job& job) override { right().submitted(job); }
  models::HandOver hand_over(models::Client& client, models::Buffer& buffer) override {
    return right().hand_over(client, buffer);
  }
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      models::HandOver with) override {
    return right().accept(client, gpu, buffer, std::move(with));
  }
  models::ValueWaits value_waits() const override { return right().value_waits(); }
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override {
    return right().flip_fences(client, buffer);
  }
};

class ForwardingResidency : public Forwarding<models::ResidencyPolicy> {
 public:
  using Forwarding::Forwarding;
  bool end_of_batch_fences() const override { return right().end_of_batch_fences(); }
  bool preempts() const override { return right().preempts(); }
  bool evictable() const override { return right().evictable(); }
  core::Task<> before_suspend(models::UserVm& vm) override { return right().before_suspend(vm); }
  core::Duration restore_delay() const override { return right().restore_delay(); }
  bool restores_idle() const override { return right().restores_idle(); }
  const models::MoveRules& moves() const override { return right().moves(); }
  core::Task<> drain(models::UserVm& vm) override { return right().drain(vm); }
  bool ordered_suspensions() const override { return right().ordered_suspensions(); }
  RestoreQueue restore_queue() const override { return right().restore_queue(); }
  bool restore_bans() const override { return right().restore_bans(); }
  std::optional<core::Duration> restore_retry() const override { return right().restore_retry(); }
  bool spares_own() const override { return right().spares_own(); }
  UserqWork userq_work() const override { return right().userq_work(); }
};

class ForwardingUserptr : public Forwarding<models::UserptrPolicy> {
 public:
  using Forwarding::Forwarding;
  bool pinned() const override { return right().pinned(); }
  core::Task<> invalidate(models::Invalidation range) override { return right().invalidate(range); }
  bool two_passes() const override { return right().two_passes(); }
  core::Task<models::InvalidationRest> begin_invalidation(models::Invalidation range) override {
    return right().begin_invalidation(range);
  }
  core::Duration get_pages_cost(std::uint64_t bytes) const override {
    return right().get_pages_cost(bytes);
  }
  bool maps_on_fault() const override { return right().maps_on_fault(); }
  bool locks_all_along() const override { return right().locks_all_along(); }
  bool gets_pages_late() const override { return right().gets_pages_late(); }
};

class ForwardingBind : public Forwarding<models::BindPolicy> {
 public:
  using Forwarding::Forwarding;
  core::Task<> bind(models::BindQueue& queue,
                    core::IntrusivePtr<models::BindRequest> request) override {
    return right().bind(queue, std::move(request));
  }
  const models::BindTraits& traits() const override { return right().traits(); }
};

class ForwardingHang : public Forwarding<models::HangPolicy> {
 public:
  using Forwarding::Forwarding;
  std::optional<core::Duration> job_timeout(const models::Job& job) const override {
    return right().job_timeout(job);
  }
  std::optional<core::Duration> fence_wait_timeout() const override {
    return right().fence_wait_timeout();
  }
  std::optional<core::Duration> preempt_timeout() const override {
    return right().preempt_timeout();
  }
  models::ResetScope reset_scope() const override { return right().reset_scope(); }
};

class ForwardingFlip : public Forwarding<models::FlipPolicy> {
 public:
  using Forwarding::Forwarding;
  std::optional<std::size_t> choose(std::span<const models::SwapImage* const> presented,
                                    core::Time next_vblank, core::Time now) override {
    return right().choose(presented, next_vblank, now);
  }
  bool insists_on(const models::SyncPoint& point) const override {
    return right().insists_on(point);
  }
};

}  // namespace fencelab::mutation
