// What the tests of the semantic test table share. Their names begin with the id of the row; what a
// row says is in the issue tracker's table of kernel behaviour, and in
// docs/reference/conformance.md.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/fence_array.hpp"
#include "core/fence_chain.hpp"
#include "core/simulation.hpp"
#include "models/sync/dma_buf.hpp"
#include "models/sync/fence_merge.hpp"
#include "models/sync/sw_timeline.hpp"
#include "models/sync/sync_file.hpp"
#include "models/sync/syncobj_wait.hpp"

namespace fencelab::rows {

using namespace core;
using namespace models;

/// Counts how often it was called.
struct Seen final : FenceCallback {
  int times = 0;
  void on_signaled(DmaFence&) override { ++times; }
};

/// A simulation, and software timelines to make fences of.
struct Rig {
  Simulation simulation;
  SwTimeline a{simulation, "a"}, b{simulation, "b"}, c{simulation, "c"};

  FencePtr array(std::vector<FencePtr> members) {
    return make_intrusive<FenceArray>(simulation, std::move(members), new_fence_context(simulation),
                                      1);
  }
  FencePtr merge(const std::vector<FencePtr>& fences) { return merge_fences(simulation, fences); }

  /// Runs `body` as a process, up to its end, and returns what it returns.
  template <class T>
  T run(Task<T> body) {
    std::optional<T> result;
    simulation.spawn({"test", ProcessRole::user_thread}, store(std::move(body), result));
    while (!result && simulation.run_instant()) {
    }
    return result.value();
  }
  /// The error of a wait for `points` that does not last.
  int poll(std::vector<SyncobjPoint> points, SyncobjWaitFlags flags = {}) {
    return run(wait_for_syncobjs(simulation, std::move(points), SyncobjWaitKind::timeline, flags,
                                 simulation.now()))
        .error;
  }

 private:
  template <class T>
  static Task<> store(Task<T> body, std::optional<T>& result) {
    result = co_await std::move(body);
  }
};

inline constexpr int kInvalid = fence_error::kInvalid, kTime = fence_error::kTime;

/// What an unwrap of `fence` sees.
inline std::vector<FencePtr> leaves_of(const FencePtr& fence) {
  std::vector<FencePtr> leaves;
  fence->leaves(leaves);
  return leaves;
}

}  // namespace fencelab::rows
