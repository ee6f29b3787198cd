#include "tests/conformance/deadlock_rows.hpp"

namespace fencelab::rows {

const std::vector<DeadlockRow>& deadlock_rows() {
  static constexpr std::string_view kNoFaults =
      "GPUs have no recoverable page faults yet, nor a handler that serves them";
  static const std::vector<DeadlockRow> kRows = {
      {"D01", "indefinite fence", "deadlock", "indefinite-fence", ""},
      {"D02", "3D work and faulting compute on shared units", "deadlock", "", kNoFaults},
      {"D03", "cross wait holding locks", "deadlock", "d03-cross-wait d03-cross-wait-unlocked", ""},
      {"D04", "reservation in the signalling path", "deadlock",
       "d04-resv-in-signalling-path d04-resv-after-signal", ""},
      {"D05", "GFP_KERNEL in the signalling path", "deadlock", "d05-gfp-kernel-in-run-job", ""},
      {"D06", "GFP_NOFS in the signalling path", "deadlock", "cross-driver-userptr", ""},
      {"D07", "buffer ABBA", "deadlock", "buffer-abba", ""},
      {"D08", "get_user_pages under a reservation", "potential, deadlock",
       "d08-gup-under-resv d08-gup-before-resv", ""},
      {"D09", "fault on user memory under the driver's lock", "deadlock",
       "d09-fault-under-driver-lock d09-fault-lock-dropped", ""},
      {"D10", "userptr notifier takes the driver's lock", "deadlock", "",
       "no policy of the axis `userptr` takes a lock in the notifier; a seeded bug does, and is "
       "found ([mutations](mutations.md): `notifier-locks`)"},
      {"D11", "notifier allocates", "potential", "",
       "no policy of the axis `userptr` allocates in the notifier; a seeded bug does, and is found "
       "([mutations](mutations.md): `notifier-allocates`)"},
      {"D12", "recovery dump and shrinker", "deadlock", "d12-recovery-dump", ""},
      {"D13", "object lock in run_job and shrinker", "deadlock",
       "d13-object-lock-in-run-job d13-no-object-lock-in-run-job", ""},
      {"D14", "heap grown in a fault", "deadlock", "d14-heap-growth", ""},
      {"D15", "entity kill and a lock of interrupts", "deadlock", "",
       "scenarios have no interrupts that strike a CPU whose thread holds a lock; the order is "
       "tested "
       "with programs of core (`tests/analysis/lockdep/fence_locks_test.cpp`)"},
      {"D16", "callback added in a callback", "deadlock",
       "d16-add-callback-in-callback d16-add-callback-in-work", ""},
      {"D17", "array signaled under its member's lock", "potential",
       "d17-array-under-member-lock d17-array-in-irq-work", ""},
      {"D18", "userptr notifier_lock and reclaim", "potential", "",
       "submissions publish without a notifier lock: there is none that an allocation could be "
       "made under"},
      {"D19", "SVM eviction and restore worker", "deadlock",
       "d19-svm-evict-restore d19-svm-evict-restore-no-resv", ""},
      {"D20", "recursive migrate_to_ram", "deadlock", "",
       "process memory does not migrate to VRAM, so that no CPU fault brings it back"},
      {"D21", "restore worker and process exit", "deadlock",
       "d21-flush-under-lock d21-flush-before-lock", ""},
      {"D22", "mmput in a notifier", "deadlock", "d22-mmput-in-notifier d22-mmput-deferred", ""},
      {"D23", "userq mutex recursion", "deadlock", "d23-put-under-mutex d23-put-deferred", ""},
      {"D24", "userq fence without hang detection", "deadlock", "d24-userq-fence-no-hang-detection",
       ""},
      {"D25", "eviction fence signaled outside userq_mutex", "livelock", "",
       "suspension, the new eviction fence and resumption are one worker's work: there is no "
       "publisher that looks for a stable fence in between"},
      {"D26", "user queues wait for each other", "stall", "user-queue-cross-wait", "",
       "No stack completes: the program is wrong, and no policy puts that right."},
      {"D27", "work queue of preempt fences", "deadlock",
       "d27-preempt-wq-lock d27-preempt-wq-no-lock", ""},
      {"D28", "VF migration and preempt worker", "deadlock",
       "d28-worker-waits-for-firmware d28-worker-requeues", ""},
      {"D29", "rebind ping-pong", "livelock", "rebind-ping-pong", ""},
      {"D30", "validations that make each other fail", "livelock", "",
       "a validation that cannot lock a victim waits for it with its ticket; none gives up with "
       "-ENOMEM because of another one's locks"},
      {"D31", "SVM migration livelock", "livelock", "", kNoFaults},
      {"D32", "mode switch with pending dependencies", "deadlock",
       "d32-mode-switch-then-wait d32-wait-then-mode-switch", ""},
      {"D33", "fault served under the firmware's channel", "deadlock",
       "d33-fault-in-message-handler d33-fault-in-worker", ""},
      {"D34", "asynchronous VM_BIND with a memory in-fence", "deadlock", "async-bind-user-fence",
       ""},
      {"D35", "head of line in a bind queue", "head of line",
       "bind-queue-head-of-line d35-bind-user-order", ""},
      {"D36", "wait for submission under locks", "deadlock",
       "d36-wait-for-submit-under-lock d36-wait-for-submit-unlocked", ""},
      {"D37", "sw_sync fence", "deadlock", "d37-sw-sync-fence", ""},
      {"D38", "forgotten vgem or proxy fence", "stall", "",
       "no operation attaches a vgem fence to a buffer; the fence and its 10 s are modelled "
       "(`models/sync/vgem_fence.hpp`) and tested ([conformance](conformance.md))"},
      {"D39", "GPU reset off", "deadlock", "gpu-reset-off", "",
       "No stack completes: a hang is a `stall` in the words of [verdicts](../guide/verdicts.md), "
       "however it ends. With a watchdog the worker goes on, without it waits for ever."},
      {"D40", "timeout handler and its own shrinker", "deadlock", "",
       "recovery timers act at once: they take no lock and no memory"},
      {"D41", "destroyed on kill, never signaled", "stall, deadlock", "",
       "jobs of a killed process always end with -ESRCH (`killed-client`); no policy forgets them"},
      {"D42", "reverse-PRIME freeze", "head of line", "reverse-prime-freeze", "",
       "No stack completes: a hang is a `stall`, however it ends."},
      {"D43", "a late client blocks all outputs", "head of line", "late-client", "",
       "Every stack completes: the harm is in `metrics` of the scenario."},
      {"D44", "shared release timeline", "stall",
       "release-timeline-shared release-timeline-per-buffer", "",
       "Every stack completes: the harm is in `metrics` of the scenarios."},
      {"D45", "point added out of order", "head of line, deadlock", "timeline-out-of-order", ""},
      {"D46", "hardware semaphore that keeps its engine", "stall", "d46-semaphore-keeps-engine",
       ""},
      {"D47", "circular copies of several GPUs", "deadlock",
       "d47-copy-gang d47-copy-gang-two-queues", ""},
      {"D48", "lock of a buffer cache in user space", "deadlock",
       "d48-cache-mutex d48-cache-mutex-dropped", ""},
      {"D49", "CPU wait inside a wait ioctl", "head of line", "",
       "the wait ioctl of amdgpu's user queues never waits for foreign fences under reservations"},
      {"D50", "pinned userptr", "head of line", "d50-pinned-userptr", "",
       "Every stack completes: with pins an allocation of somebody else fails."},
  };
  return kRows;
}

}  // namespace fencelab::rows
