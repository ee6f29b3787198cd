// FenceMonitor: a kernel that knows who must write which value, and so can say who is to blame when
// one does not come (the user-fence proposals of 2021: the kernel hands out the values of waits and
// signals, and gets an interrupt with each signal command and for each wait that takes too long).
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/recovery.hpp"
#include "core/shared.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

class HwQueue;

class FenceMonitor {
 public:
  explicit FenceMonitor(core::Simulation& simulation);
  ~FenceMonitor();

  /// `job` is on its way into a queue: what it must write is on record from here on.
  void record(const JobPtr& job);
  /// Each command of this ring of a user queue has `timeout` at its head.
  void watch(HwQueue& queue, core::Duration timeout);
  /// The ring has another head, or none.
  void head_changed(HwQueue& queue);
  /// The interrupt of the signal commands of `job`, which wrote what it wrote.
  void signalled(Job& job);
  /// When the kernel looks why the head of `queue` does not get on; none: it does not watch it.
  std::optional<core::Time> due(const HwQueue& queue) const;

 private:
  struct Ring;
  /// Who must write a value.
  struct Promise {
    std::uint64_t value;
    JobPtr job;
  };
  void judge(Ring& ring);
  Job* culprit_of(Job& waiter, core::Duration& wait);
  Job* signaller_of(const ValuePoint& wait);
  void convict(Job& job);
  void keep_promises(const Job& job);
  core::Simulation& simulation_;
  core::Cell cell_;
  std::map<std::uint32_t, std::unique_ptr<Ring>> rings_;              ///< by HwQueue::number
  std::unordered_map<core::ObjectId, std::vector<Promise>> history_;  ///< by timeline
};

}  // namespace fencelab::models
