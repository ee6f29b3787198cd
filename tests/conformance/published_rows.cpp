#include "tests/conformance/published_rows.hpp"

namespace fencelab::rows {

namespace {

constexpr std::string_view kXe = "drm/pagemap commit 192cb1f5cb16";
constexpr std::string_view kUvm = "uvm-eval figures, Titan V";
constexpr std::string_view kPascal = "GTX 1080, a stream over more than its memory";
constexpr std::string_view kStages =
    "the four stages at both page sizes are inputs: that they add up is all this shows";
constexpr std::string_view kBatches =
    "inputs: 224 KiB and 240 us per batch, the middles of what was seen; the link's speed";
constexpr std::string_view kSgemm = "input: what a batch costs, fitted to the rate at 32";
constexpr std::string_view kBytesPerFault =
    "input: 12.2 us per fault. Bytes per fault decide: 98 KiB as published lie between the 64 KiB "
    "and the 341 KiB that the two prefetchers bring to a walk from page to page; in which order "
    "the threads of that measurement came is not known";

}  // namespace

const std::vector<PublishedRow>& published_rows() {
  static const std::vector<PublishedRow> kRows = {
      {"M1", "copy of 32 MiB, each window of 2 MiB waits for a timeout", "ROCm issue 6523", 16'019,
       "ms", "hmm-timeout", "linux-implicit", "makespan_ns", "", 1e6, 0, 10, true,
       "timeouts add up; the time without them is an input"},
      {"M2", "eviction of a process to the restore of its queues", "ROCm issue 1399, mean of 4",
       102.75, "ms", "kfd-restore-cadence", "kfd", "job_latency_max_ns", "", 1e6, 50e6, 10, true,
       "the driver's 100 ms are a default of `preempt-kfd`; measured 100.2 to 105.8 ms, and what "
       "is beyond 100 we do not explain"},
      {"M9", "fault of 2 MiB, pages of 4 KiB", kXe, 966, "us", "xe-svm-2mib-fault", "pages-4k",
       "fault_service_time_ns", "", 1e3, 0, 10, true, kStages},
      {"M9", "fault of 2 MiB, a huge page", kXe, 132, "us", "xe-svm-2mib-fault", "huge-page",
       "fault_service_time_ns", "", 1e3, 0, 10, true, kStages},
      {"M9", "how many times as long without huge pages", kXe, 7.318, "", "xe-svm-2mib-fault",
       "pages-4k", "fault_service_time_ns", "huge-page", 1, 0, 10, true, kStages},
      {"M10", "first touch of 1 GiB", kUvm, 1'150, "ms", "uvm-first-touch-1gib", "on-demand",
       "makespan_ns", "", 1e6, 0, 25, true, kBatches},
      {"M10", "first touch of 8 GiB", kUvm, 9'500, "ms", "uvm-first-touch-8gib", "on-demand",
       "makespan_ns", "", 1e6, 0, 25, true, kBatches},
      {"M10", "first touch of 1 GiB, against a copy before", kUvm, 13.86, "",
       "uvm-first-touch-1gib", "on-demand", "makespan_ns", "copied-first", 1, 0, 25, true,
       kBatches},
      {"M10", "first touch of 8 GiB, against a copy before", kUvm, 14.62, "",
       "uvm-first-touch-8gib", "on-demand", "makespan_ns", "copied-first", 1, 0, 25, true,
       kBatches},
      {"M10", "sgemm, batches of 32 faults instead of 1024", kUvm, 1.321, "", "uvm-batch-size",
       "batch-32", "makespan_ns", "batch-1024", 1, 0, 25, true, kSgemm},
      {"M10", "sgemm, batches of 64", kUvm, 1.150, "", "uvm-batch-size", "batch-64", "makespan_ns",
       "batch-1024", 1, 0, 25, true, kSgemm},
      {"M10", "sgemm, batches of 128", kUvm, 1.034, "", "uvm-batch-size", "batch-128",
       "makespan_ns", "batch-1024", 1, 0, 25, true, kSgemm},
      {"M10", "sgemm, batches of 256", kUvm, 0.979, "", "uvm-batch-size", "batch-256",
       "makespan_ns", "batch-1024", 1, 0, 25, true, kSgemm},
      {"M10", "sgemm, batches of 512", kUvm, 1.000, "", "uvm-batch-size", "batch-512",
       "makespan_ns", "batch-1024", 1, 0, 25, true, kSgemm},
      {"M11", "slow-down of a stream, 64 KiB come with a fault", kPascal, 29.5, "",
       "pascal-oversubscription", "sl64k", "makespan_ns", "resident", 1, 0, 25, false,
       kBytesPerFault},
      {"M11", "the same, the tree's rest comes", kPascal, 29.5, "", "pascal-oversubscription",
       "tree", "makespan_ns", "resident", 1, 0, 25, false, kBytesPerFault},
      {"M14", "four GPUs invalidated one by one, against all at once",
       "commits 7aba71dbc416, 18c4e536959e", 4, "", "two-pass-notifier", "one-by-one",
       "makespan_ns", "all-at-once", 1, 0, 10, true,
       "sum against maximum, as the commits say; they give no measurement"},
  };
  return kRows;
}

const std::vector<NotReproduced>& not_reproduced() {
  static const std::vector<NotReproduced> kRows = {
      {"M3", "CPU-hog warnings at 67, 131, 259, 515 and 1,027 of a restore worker that fails",
       "a worker that tries again every millisecond is there (`restore-overcommit`); the kernel's "
       "detector of such workers, whose thresholds these are, is not"},
      {"M9", "165 to 130 us by the low-latency hint", "the GPU's frequency is not modelled"},
      {"M10", "batch-aware unified memory: 2 times as fast, batches 2.27 times as large",
       "averages over workloads whose accesses are not published"},
      {"M12", "maxflow and up to 100 times between access patterns",
       "grade C, plausible and not validated: `pages-loop` and `pages-at-random` show the "
       "direction, no numbers"},
      {"M13", "unpinning 16 GiB: 87.6 to 23.2 ms",
       "pinning costs no time in the models: 20.9 and 5.5 ns times 4,194,304 pages would only be "
       "multiplied"},
      {"M15", "Griffin, GRIT, MI300A", "speed-ups were not found in public text"},
  };
  return kRows;
}

}  // namespace fencelab::rows
