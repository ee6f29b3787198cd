// Synchronisation from knowledge of accesses instead of kernel bookkeeping: explicit sync (each
// process knows its own), the oracle (knows the truth of all), and nothing at all.
#pragma once

#include "models/axes/driver_policies.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

/// The user-mode driver orders its own work, and what crosses processes is handed over explicitly:
/// a sync_file for kernel queues, a value for user queues. Buffers carry BOOKKEEP fences at most.
class ExplicitSync : public models::SyncPolicy {
 public:
  bool uses_resv() const override { return false; }
  void add_dependencies(models::Job& job) override;
  models::Usage publish_as(const models::Access&) const override { return models::Usage::bookkeep; }
  void submitted(models::Job& job) override;
  models::HandOver hand_over(models::Client& client, models::Buffer& buffer) override;
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      models::HandOver with) override;
  models::ValueWaits value_waits() const override { return models::ValueWaits::user_space; }
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override;
};

/// Waits for true hazards only, over all processes: the lower bound that needs no protocol.
class OracleSync final : public models::SyncPolicy {
 public:
  explicit OracleSync(RunState& run) : run_(run) {}
  bool uses_resv() const override { return false; }
  void add_dependencies(models::Job& job) override;
  models::Usage publish_as(const models::Access&) const override { return models::Usage::bookkeep; }
  void submitted(models::Job& job) override;
  models::HandOver hand_over(models::Client&, models::Buffer&) override { return {}; }
  core::Task<> accept(models::Client&, models::Gpu&, models::Buffer&, models::HandOver) override {
    co_return;
  }
  models::ValueWaits value_waits() const override { return models::ValueWaits::user_space; }
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override;

 private:
  RunState& run_;
};

/// Waits for nothing but what the program asks for. Wrong on purpose: it shows the hazards.
class NoSync final : public models::SyncPolicy {
 public:
  bool uses_resv() const override { return false; }
  void add_dependencies(models::Job&) override {}
  models::Usage publish_as(const models::Access&) const override { return models::Usage::bookkeep; }
  void submitted(models::Job&) override {}
  models::HandOver hand_over(models::Client&, models::Buffer&) override { return {}; }
  core::Task<> accept(models::Client&, models::Gpu&, models::Buffer&, models::HandOver) override {
    co_return;
  }
  models::ValueWaits value_waits() const override { return models::ValueWaits::user_space; }
  models::HandOver flip_fences(models::Client&, models::Buffer&) override { return {}; }
};

}  // namespace fencelab::policies
