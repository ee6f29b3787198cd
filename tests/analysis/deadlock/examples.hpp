// The two snapshots whose rendering is checked to the letter.
#pragma once

#include "tests/analysis/deadlock/graph_maker.hpp"

namespace fencelab::test {

/// Two clients take two dma_resv in opposite orders; a third is queued behind.
inline core::WaitGraph opposite_locks() {
  using namespace std::chrono_literals;
  GraphMaker maker;
  const auto copy = maker.agent("copy");
  const auto draw = maker.agent("draw");
  const auto late = maker.agent("late");
  maker.wants_lock(copy, "dma_resv bo2", draw);
  maker.wants_lock(draw, "dma_resv bo1", copy);
  maker.blocks(late, maker.all_of({maker.end_of(copy), maker.end_of(draw)}, "dma_resv bo1"),
               core::WaitReason::lock);
  maker.at(copy).since = core::Time{1ms};
  maker.at(copy).operation = "submit copy";
  maker.at(copy).place = 3;
  maker.at(copy).holds[0].by_operation = "lock bo1";
  maker.at(draw).since = core::Time{1500ns};
  maker.at(draw).operation = "submit draw";
  maker.at(draw).holds[0].place = 7;
  maker.at(late).since = core::Time{2ms};
  maker.graph.at = core::Time{10ms};
  return std::move(maker.graph);
}

/// Reclaim waits for the fence of a job that waits for the reclaiming user (indefinite fences).
inline core::WaitGraph full_pool() {
  using namespace std::chrono_literals;
  GraphMaker maker;
  const auto user = maker.agent("user0");
  const auto job = maker.agent("gfx job 1");
  const auto vram = maker.pool("vram", 0);
  maker.guards(vram, maker.end_of(job, "dma_fence gfx:1"), 1);
  maker.blocks(user, maker.units(vram, 1), core::WaitReason::memory);
  maker.blocks(job, maker.any_of({maker.end_of(user)}, "value \"u\" >= 1 (now 0)"),
               core::WaitReason::value);
  maker.at(user).operation = "submit, reclaiming";
  maker.at(job).has_recovery_timer = true;
  maker.at(job).recovery_at = core::Time{2s};
  return std::move(maker.graph);
}

}  // namespace fencelab::test
