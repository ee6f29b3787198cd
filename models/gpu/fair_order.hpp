// The fair order of a run queue: the entity with the least virtual time on the GPU first
// (drivers/gpu/drm/scheduler/sched_rq.c and sched_internal.h, Linux 7.x).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/time.hpp"

namespace fencelab::models {

/// Priorities as the scheduler knows them: lower goes first.
enum class SchedLevel : std::uint8_t { kernel, high, normal, low };

/// Exponentially weighted average of job times, each new one by a quarter (DECLARE_EWMA with
/// precision 6 and weight 4).
class JobTimeAverage {
 public:
  void add(core::Duration job);
  std::int64_t microseconds() const { return sum_ >> kPrecision; }

 private:
  static constexpr int kPrecision = 6, kWeight = 2;
  std::int64_t sum_ = 0;
};

/// What the scheduler keeps of one entity (struct drm_sched_entity_stats).
class FairShare {
 public:
  core::Duration virtual_time() const { return virtual_; }

 private:
  friend class FairOrder;
  core::Duration virtual_{}, ran_{}, counted_{};
  JobTimeAverage average_;
  SchedLevel level_ = SchedLevel::normal;
};

/// The entities of one scheduler that have jobs, by virtual time.
class FairOrder {
 public:
  /// Time of a job counts so many bits more by the priority of its entity: kernel twice high, high
  /// four times normal, normal eight times low.
  static constexpr std::array<int, 4> kShifts = {1, 2, 4, 7};

  /// The entity has a job again: it comes back as far behind the first as it left, so that it does
  /// not cash in its absence.
  void join(FairShare& share, SchedLevel level);
  /// A job of it was taken; it has another one.
  void taken(FairShare& share, SchedLevel level);
  /// A job of it was taken, its last one.
  void leave(FairShare& share);
  /// A job of it was on the GPU for `time`.
  void ran(FairShare& share, core::Duration time);

 private:
  void insert(FairShare& share);
  void remove(const FairShare& share) { std::erase(entities_, &share); }
  std::vector<FairShare*> entities_;  ///< least virtual time first, of equals who came first
  JobTimeAverage average_;
};

}  // namespace fencelab::models
