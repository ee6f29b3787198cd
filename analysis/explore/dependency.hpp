// Which transitions commute. Two touches of one object either always commute, never do, or it
// depends on how they went; a pair that nobody decided on does not compile.
//
// The cells follow the request/gate form: a request joins a queue, so it commutes with the release
// that serves the queue's head, and being granted is a gate, which orders but never conflicts.
// Where an object may release somebody in more than one way (two signals of one fence, two advances
// of a timeline, two returns to a pool somebody waits for) the pair is dependent although the
// object's state would be the same: who is released, and after what, is not.
#pragma once

#include <array>
#include <span>

#include "core/footprint.hpp"

namespace fencelab::analysis {

/// How the two touches stand to each other in time.
enum class Sequence : unsigned char {
  consecutive,  ///< the first happened, then the second
  alternative   ///< both were recorded in the same state
};

/// Whether two touches of the same object by different actors do not commute.
bool is_dependent(const core::Touch& first, const core::Touch& second, Sequence sequence);

/// Whether any touch of `first` conflicts with any of `second`.
bool is_dependent(std::span<const core::Touch> first, std::span<const core::Touch> second,
                  Sequence sequence);

/// Whether everything that conflicts with a touch of kind `access` also conflicts with an earlier
/// one of this kind: a search backwards in time may stop there.
bool is_dominated_by_own_kind(core::Access access);

/// Whether passing a gate (`gate`: observe, with the threshold as result) was made possible by
/// `opener`.
bool opens(const core::Touch& opener, const core::Touch& gate);

}  // namespace fencelab::analysis
