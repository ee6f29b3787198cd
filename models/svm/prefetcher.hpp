// Which pages of a block of 2 MiB come to the GPU because some of them faulted.
#pragma once

#include "models/svm/fault_rules.hpp"
#include "models/svm/page_mask.hpp"

namespace fencelab::models {

/// `faulted` and what comes along, without what is there. `existing`: the pages of the block.
PageMask pages_to_bring(const PageMask& faulted, const PageMask& there, const PageMask& existing,
                        PagePrefetch prefetch, unsigned tree_percent);

/// TBNe, the mirror image: what goes with the leaf of page `page`, of those that are `there`: that
/// leaf, and each larger part of the block of which less than half would stay.
PageMask tree_to_evict(std::uint32_t page, const PageMask& there, const PageMask& existing);

}  // namespace fencelab::models
