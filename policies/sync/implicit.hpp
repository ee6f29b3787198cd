// Implicit synchronisation on dma_resv, and its historical relative.
#pragma once

#include <algorithm>

#include "models/axes/driver_policies.hpp"
#include "policies/sync/control.hpp"

namespace fencelab::policies {

/// dma_resv usage classes (include/linux/dma-resv.h): a reader waits for writers, a writer for all.
class ImplicitSync : public models::SyncPolicy {
 public:
  ImplicitSync(core::Simulation& simulation, bool wrap_user_fences)
      : simulation_(simulation), wrap_(wrap_user_fences) {}
  bool uses_resv() const override { return true; }
  void add_dependencies(models::Job& job) override;
  std::optional<models::Usage> query_for(const models::Access& access, bool marked) const override {
    return marked ? std::nullopt : std::optional(query_of(access));
  }
  models::Usage publish_as(const models::Access& access) const override { return class_of(access); }
  bool wraps_user_fences() const override { return wrap_; }
  void submitted(models::Job&) override {}
  models::HandOver hand_over(models::Client&, models::Buffer&) override { return {}; }
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      models::HandOver with) override;
  models::ValueWaits value_waits() const override {
    return wrap_ ? models::ValueWaits::future_fence : models::ValueWaits::user_space;
  }
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override;

 protected:
  core::Simulation& simulation_;

 private:
  bool wrap_;
};

/// One exclusive and many shared slots, as before Linux 5.19: setting the exclusive fence drops the
/// shared ones.
class LegacyImplicitSync final : public ImplicitSync {
 public:
  using ImplicitSync::ImplicitSync;
  bool write_drops_readers() const override { return true; }
  /// There is no BOOKKEEP: what is not for implicit sync is a shared fence like any other.
  models::Usage publish_as(const models::Access& access) const override {
    return std::min(class_of(access), models::Usage::read);
  }
};

}  // namespace fencelab::policies
