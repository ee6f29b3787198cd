#include "models/sync/dma_resv.hpp"

#include <algorithm>

#include "core/order_events.hpp"

namespace fencelab::models {

void DmaResv::add(const core::FencePtr& fence, Usage usage) {
  if (fence->is_container()) {
    std::vector<core::FencePtr> leaves;
    fence->leaves(leaves);
    for (const core::FencePtr& leaf : leaves) add(leaf, usage);
    return;
  }
  cell_.write();
  core::note_published(*fence);
  for (Entry& entry : entries_) {
    const bool superseded = entry.fence->context() == fence->context() && entry.usage >= usage &&
                            entry.fence->seqno() <= fence->seqno();
    if (superseded || entry.fence->is_known_signaled()) {
      entry = {fence, usage};
      return;
    }
  }
  entries_.push_back({fence, usage});
}

void DmaResv::replace(std::uint64_t context, const core::FencePtr& fence, Usage usage) {
  cell_.write();
  core::note_published(*fence);
  for (Entry& entry : entries_)
    if (entry.fence->context() == context) entry = {fence, usage};
}

bool DmaResv::test_signaled(Usage usage) const {
  cell_.read();
  return std::none_of(entries_.begin(), entries_.end(), [usage](const Entry& entry) {
    return entry.usage <= usage && !entry.fence->is_signaled();
  });
}

void DmaResv::drop(Usage usage) {
  cell_.write();
  std::erase_if(entries_, [usage](const Entry& entry) { return entry.usage == usage; });
}

}  // namespace fencelab::models
