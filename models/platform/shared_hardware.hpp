// The hardware that concurrent work shares: links (PCIe, NVLink, memory buses), CPU cores, a disk.
// How fast each activity goes while others are in flight is SimGrid's answer; when things happen is
// the Simulation's. No SimGrid type appears here, and no SimGrid engine exists until work needs
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/simulation.hpp"
#include "core/task.hpp"

namespace fencelab::models::platform {

class SharingEngine;
class Work;

/// What share of a core a thread of that nice value (-20 to 19) gets beside others: one step is a
/// quarter more or less (sched_prio_to_weight in kernel/sched/core.c).
double weight_of_nice(int nice);

/// One link. All transfers on it share `bytes_per_second` fairly, whichever way they go: a full
/// duplex link is two of these. Each transfer first pays `latency`, during which it takes no share.
struct LinkDescription {
  std::string name;
  std::uint64_t bytes_per_second = 0;
  core::Duration latency{};
};

/// What there is to share. Plain data, already validated by whoever read it.
struct HardwareDescription {
  std::uint32_t cpu_cores = 0;  ///< 0: CPU time is not shared
  std::vector<LinkDescription> links;
  std::uint64_t disk_bytes_per_second = 0;  ///< 0: there is no disk
  core::Duration disk_latency{};            ///< of each read or write, before its bytes move
  /// Optional SimGrid XML platform. `links` then only name what it describes: either a route
  /// between two of its hosts ("gpu0->dram") or one of its links; their bandwidth and latency are
  /// not read.
  std::string simgrid_platform_file;
  /// Optional host of that file whose cores compute() uses, instead of `cpu_cores`.
  std::string simgrid_cpu_host;
};

/// The shared hardware of one run. At most one per process may need SimGrid (isolated_run.hpp): a
/// second engine would start from the first one's clock, and its last bits would depend on history.
class SharedHardware {
 public:
  SharedHardware(core::Simulation& simulation, HardwareDescription description);
  /// Work in flight is abandoned; processes that wait for it are never woken.
  ~SharedHardware();
  SharedHardware(const SharedHardware&) = delete;
  SharedHardware& operator=(const SharedHardware&) = delete;

  /// Moves `bytes` over link number `link` of the description; returns how long that took.
  /// Publishes ProbeKind::bytes_moved at the end. Throws std::runtime_error if a SimGrid platform
  /// file cuts the link.
  core::Task<core::Duration> transfer(std::size_t link, std::uint64_t bytes);
  /// `cpu_time` of one thread's work on the shared cores; returns how long that took. A plain sleep
  /// if CPU time is not shared.
  core::Task<core::Duration> compute(core::Duration cpu_time, int nice = 0);
  /// The same for a caller that waits for other things besides: requested, over when satisfied,
  /// given up when destroyed. nullptr if CPU time is not shared (or in an untimed run).
  std::unique_ptr<Work> start_computing(core::Duration cpu_time, int nice);
  void renice(Work& work, int nice);
  /// Reads or writes `bytes`; both directions share the disk's bandwidth. Publishes bytes_moved.
  core::Task<core::Duration> disk_io(std::uint64_t bytes, bool write);

  /// Runs the simulation until no event or activity at or before `limit` remains, or `stop`
  /// (checked between instants, may be empty) returns true. Replaces Simulation::run for a run that
  /// has shared hardware, and may be called again to go on.
  void run(core::Time limit, const std::function<bool()>& stop);

  /// Whether a process waits for any of it. The end of such a wait is no event of the simulation,
  /// so that there may be none ahead although the run goes on.
  bool has_work() const { return !works_.empty(); }

  bool engine_created() const { return engine_ != nullptr; }
  std::size_t links() const { return description_.links.size(); }
  const std::string& link_name(std::size_t link) const { return description_.links[link].name; }
  core::ObjectId link_id(std::size_t link) const { return links_.at(link).id; }
  core::ObjectId disk_id() const { return disk_.id; }
  /// Bytes of finished transfers so far.
  std::uint64_t link_bytes_moved(std::size_t link) const { return links_.at(link).bytes_moved; }
  std::uint64_t disk_bytes_moved() const { return disk_.bytes_moved; }

 private:
  friend class Work;
  /// What the probe and the totals know a link or the disk by.
  struct Mover {
    core::ObjectId id{};
    std::uint64_t bytes_moved = 0;
  };

  core::Duration latency(std::size_t link);
  bool shares_cpu() const;
  SharingEngine& engine();
  /// Books what a finished transfer moved since `begin`; returns how long it took.
  core::Duration account(Mover& mover, std::uint64_t bytes, core::Time begin);

  void adopt(Work& work);
  void disown(Work& work);
  void submit(Work& work) { to_start_.push_back(&work); }
  void withdraw(Work& work);
  void reweigh(Work& work);
  /// Tells SimGrid what the last instant asked for.
  void apply_requests();
  bool run_step(core::Time limit);

  core::Simulation& simulation_;
  HardwareDescription description_;
  std::vector<Mover> links_;
  Mover disk_;
  std::unique_ptr<SharingEngine> engine_;
  std::vector<Work*> works_;       ///< every request that is alive
  std::vector<Work*> to_start_;    ///< those SimGrid has yet to hear of, in order
  std::vector<Work*> to_reweigh_;  ///< likewise of their new share
};

}  // namespace fencelab::models::platform
