// A parsed i915 workload descriptor (.wsim, the format of IGT's gem_wsim): one record per step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fencelab::scenarios::wsim {

enum class StepKind : std::uint8_t {
  batch,
  delay,
  period,
  sync,
  throttle,
  queue_depth,
  sw_fence,
  sw_signal,
  priority,
  sseu,
  preemption,
  engine_map,
  load_balance,
  bond,
  terminate,
  working_set,
};

/// An engine as written: class and 1-based instance (0: none given). Class "DEFAULT" has no
/// instance.
struct EngineName {
  std::string klass;  ///< upper case: RCS, BCS, VCS, VECS, CCS, DEFAULT
  std::uint32_t instance = 0;
};

/// One dependency of a batch.
struct DependencyRef {
  enum class Kind : std::uint8_t { data, fence, submit_fence, read_set, write_set };
  Kind kind = Kind::data;
  int target = 0;                     ///< data and fences: relative step, <= 0
  std::uint32_t set = 0;              ///< working sets: id,
  std::uint32_t first = 0, last = 0;  ///< and objects [first, last]
};

/// Sizes of one group of equal objects of a working set, in bytes.
struct ObjectGroup {
  std::uint32_t count = 1;
  std::uint64_t min = 0, max = 0;
};

struct Step {
  StepKind kind = StepKind::batch;
  std::uint32_t line = 0, column = 0;  ///< 1-based
  std::string text;                    ///< as written
  std::uint32_t context = 0;
  EngineName engine;  ///< batch: where to; bond: the master
  std::uint64_t min_us = 0, max_us = 0;
  bool infinite = false;
  bool wait = false;  ///< batch: wait until it is done
  std::vector<DependencyRef> dependencies;
  std::int64_t number = 0;  ///< delay, period (us), target, limit, level, mask, preemption (us)
  std::vector<EngineName> engines;  ///< map or bond
  bool shared = false;              ///< working set of all clones
  std::vector<ObjectGroup> objects;
};

struct Workload {
  std::string name;
  std::vector<Step> steps;
};

}  // namespace fencelab::scenarios::wsim
