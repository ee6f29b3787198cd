// What the tests of models/platform share: one run with hardware, in a process of its own.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "core/simulation.hpp"
#include "models/platform/isolated_run.hpp"
#include "models/platform/shared_hardware.hpp"

namespace fencelab::models::platform::test {

using namespace std::chrono_literals;
using core::Duration;
using core::Task;
using core::Time;

inline constexpr std::uint64_t kMegabyte = 1'000'000;
/// At this bandwidth a byte takes a nanosecond, and a megabyte a millisecond.
inline constexpr std::uint64_t kGigabytePerSecond = 1'000'000'000;

inline Time at(Duration since_start) { return Time(since_start); }

/// One link of 1 GB/s without latency.
inline HardwareDescription one_link() { return {.links = {{"pcie0", kGigabytePerSecond, 0ns}}}; }

/// A simulation, its hardware, and a log that processes write "NAME INSTANT_NS TOOK_NS" lines into.
struct Rig {
  core::Simulation simulation;
  SharedHardware hardware;
  std::string log;

  explicit Rig(HardwareDescription description) : hardware(simulation, std::move(description)) {}

  core::Process& spawn(std::string name, Task<void> body) {
    return simulation.spawn({.name = std::move(name)}, std::move(body));
  }
  void note(const std::string& name, Duration took) {
    log += fmt::format("{} {} {}\n", name, core::nanoseconds_of(simulation.now()), took.count());
  }
  void run(Time limit = core::kNever) { hardware.run(limit, {}); }
};

inline Task<void> copy(Rig& rig, std::string name, std::size_t link, std::uint64_t bytes,
                       Duration start = 0ns) {
  co_await core::sleep_for(rig.simulation, start);
  const Duration took = co_await rig.hardware.transfer(link, bytes);
  rig.note(name, took);
}

inline Task<void> compute(Rig& rig, std::string name, Duration cpu_time, Duration start = 0ns) {
  co_await core::sleep_for(rig.simulation, start);
  const Duration took = co_await rig.hardware.compute(cpu_time);
  rig.note(name, took);
}

inline Task<void> access_disk(Rig& rig, std::string name, std::uint64_t bytes, bool write) {
  const Duration took = co_await rig.hardware.disk_io(bytes, write);
  rig.note(name, took);
}

inline Task<void> tick(Rig& rig, std::string name, Duration period, int times) {
  for (int i = 0; i < times; ++i) co_await core::sleep_for(rig.simulation, period);
  rig.note(name, 0ns);
}

/// What `body` returns in a process of its own (SimGrid allows one engine per process), or what
/// became of that process. A leak, where the build can see one, counts.
std::string in_child(const std::function<std::string()>& body);

/// The log of a run on `hardware` of the processes that `set_up` starts.
std::string log_of(const HardwareDescription& hardware, const std::function<void(Rig&)>& set_up);

}  // namespace fencelab::models::platform::test
