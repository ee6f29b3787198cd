// What a recording says about GPUs, in one vocabulary for all drivers, and what was left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fencelab::scenarios::ftrace {

/// Index of a text, a task, a job; none.
inline constexpr std::uint32_t kNothing = 0xFFFFFFFF;

/// What a job is known by in the events of its driver.
struct JobKey {
  enum class Kind : std::uint8_t {
    none,
    fence,    ///< a: context, b: seqno of its finished dma_fence (32 bits each, as dma_fence cuts)
    pointer,  ///< a: address of that fence, used anew after it
    command,  ///< a: device and queue, b: number
    order,    ///< a: device and queue; the oldest of its queue
  };
  Kind kind = Kind::none;
  std::uint64_t a = 0, b = 0;
  bool operator==(const JobKey&) const = default;
};

struct JobKeyHash {
  std::size_t operator()(const JobKey& key) const {
    std::uint64_t hash = key.a * 0x9E3779B97F4A7C15u + static_cast<std::uint64_t>(key.kind);
    hash = (hash ^ (hash >> 29) ^ key.b) * 0xBF58476D1CE4E5B9u;
    return static_cast<std::size_t>(hash ^ (hash >> 32));
  }
};

enum class EventKind : std::uint8_t {
  job_queued,  ///< handed to the driver's scheduler; task, ring, entity
  job_began,   ///< handed to the hardware; ring, entity
  job_left,    ///< taken off the hardware, not done
  job_ended,
  fence_signaled,  ///< the dma_fence `key`
  job_depends,     ///< `key` waits for `other`
  wait_began,      ///< task waits on the CPU for the fence `key`
  wait_ended,
  vblank,        ///< number: crtc, b of key: sequence
  vblank_asked,  ///< somebody wants to be told of a vblank
  vblank_told,   ///< an event is delivered: such a one, or a flip's
  lost,          ///< events of a CPU were lost
  task_ended,    ///< its number may be used anew
};

struct Event {
  EventKind kind = EventKind::job_queued;
  std::int64_t ns = 0;
  std::uint64_t line = 0;         ///< 1-based; of a trace.dat, the number of the event
  std::uint32_t task = kNothing;  ///< who did it, in Recording::tasks
  std::uint32_t ring = kNothing;  ///< in Recording::rings
  JobKey key, other;
  std::uint64_t entity = 0;  ///< queue of one client: its jobs begin in order
  std::uint64_t number = 0;  ///< of jobs: legacy events' id, or from 6.17 on the drm client
};

/// A thread as the recording shows it. One number used anew, or another name, is another task.
struct Task {
  std::string comm;
  std::int32_t pid = 0;
  std::optional<std::int32_t> tgid;
};

enum class Driver : std::uint8_t { drm_sched, amdgpu, i915, virtio_gpu };

/// The driver's name in scenarios and messages.
std::string_view name_of(Driver driver);

struct Ring {
  Driver driver = Driver::drm_sched;
  std::string device;  ///< as printed; empty: the events do not say
  std::string name;    ///< as printed
};

struct Recording {
  std::vector<Event> events;  ///< sorted by time
  std::vector<Task> tasks;
  std::vector<Ring> rings;
  std::int64_t first_ns = 0, last_ns = 0;  ///< of all events, also of those that were not used
  std::uint64_t lines = 0;
  std::map<std::string, std::uint64_t, std::less<>> used;    ///< by name of the event
  std::map<std::string, std::uint64_t, std::less<>> unused;  ///< not read
  std::uint64_t outside_window = 0;
  std::uint64_t out_of_order = 0;  ///< events printed behind later ones of other CPUs
  std::uint64_t losses = 0;        ///< places where a CPU's buffer was overrun
};

}  // namespace fencelab::scenarios::ftrace
