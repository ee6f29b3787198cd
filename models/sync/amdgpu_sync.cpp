#include "models/sync/amdgpu_sync.hpp"

namespace fencelab::models {

bool amdgpu_waits_for(AmdgpuSyncMode mode, const AmdgpuCaller& caller, const FenceOwner& fence) {
  using Caller = AmdgpuCaller::Kind;
  using Owner = FenceOwner::Kind;
  // Moves, and whatever does not say whose it is, always: in explicit mode as well.
  if (fence.kind == Owner::undefined) return true;
  // Waiting for one would evict the process: only who wants just that does.
  if (fence.kind == Owner::kfd_eviction && caller.kind != Caller::move) return false;
  if (fence.kind == Owner::page_tables && caller.kind == Caller::process) return false;
  const bool same_device = fence.device == caller.device;
  const bool same_owner =
      fence.kind == Owner::process && caller.kind == Caller::process && fence.owner == caller.owner;
  switch (mode) {
    case AmdgpuSyncMode::always: return true;
    case AmdgpuSyncMode::ne_owner: return !(same_device && same_owner);
    case AmdgpuSyncMode::eq_owner: return !(same_device && !same_owner);
    case AmdgpuSyncMode::explicit_: return false;
  }
  return true;
}

}  // namespace fencelab::models
