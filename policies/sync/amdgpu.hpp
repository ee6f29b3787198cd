// amdgpu's command submission: dma_resv without read and write, but with owners.
#pragma once

#include "policies/sync/implicit.hpp"

namespace fencelab::policies {

/// amdgpu_sync_resv() and amdgpu_cs.c. Gangs (a leader that publishes WRITE, members that publish
/// READ) are not modelled: a submission has one job.
class AmdgpuImplicitSync final : public ImplicitSync {
 public:
  struct Options {
    bool writer_always = true;   ///< every fence is published as WRITE
    bool owner_filter = true;    ///< own fences of the same device are skipped
    bool foreign_always = true;  ///< fences without an owner are waited for by readers, too
  };
  AmdgpuImplicitSync(core::Simulation& simulation, bool wrap_user_fences, const Options& options)
      : ImplicitSync(simulation, wrap_user_fences), options_(options) {}
  void add_dependencies(models::Job& job) override;
  models::Usage publish_as(const models::Access& access) const override {
    return options_.writer_always ? models::Usage::write : class_of(access);
  }

 private:
  bool must_wait(const models::Job& job, const models::Access& access,
                 const models::DmaResv::Entry& entry) const;
  Options options_;
};

}  // namespace fencelab::policies
