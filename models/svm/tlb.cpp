#include "models/svm/tlb.hpp"

namespace fencelab::models {

TlbRequest Tlb::request(core::Process* receiver) {
  ++flushes_;
  const auto request = std::make_shared<core::Completion>(
      simulation_, "TLB invalidation of " + name_, receiver, "TLB invalidation");
  asked_.push(request);
  return request;
}

// drivers/gpu/drm/xe/xe_tlb_inval.c: sends, and waits for the acknowledged sequence number.
core::Task<> Tlb::flush(core::Process* receiver) {
  const TlbRequest sent = request(receiver);
  co_await sent->wait(core::WaitReason::firmware);
}

}  // namespace fencelab::models
