// Explicit control of implicit sync: what one access waits for and is published as, if the
// submission says more than whether it writes.
#pragma once

#include "models/gpu/access.hpp"
#include "models/sync/dma_resv.hpp"

namespace fencelab::policies {

/// The query whose fences a submission waits for because of `access`. KERNEL is never skipped (R1).
constexpr models::Usage query_of(const models::Access& access) {
  switch (access.stall) {
    case models::Stall::none: return models::Usage::kernel;
    case models::Stall::writers: return models::Usage::write;
    case models::Stall::all: return models::Usage::read;
    case models::Stall::by_access: break;
  }
  return models::usage_rw(access.write);
}

/// The class under which its fence is published: BOOKKEEP for "not at all", since memory
/// management needs to know of it all the same.
constexpr models::Usage class_of(const models::Access& access) {
  switch (access.publish) {
    case models::Publish::none: return models::Usage::bookkeep;
    case models::Publish::reader: return models::Usage::read;
    case models::Publish::writer: return models::Usage::write;
    case models::Publish::by_access: break;
  }
  return access.write ? models::Usage::write : models::Usage::read;
}

}  // namespace fencelab::policies
