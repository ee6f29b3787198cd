// From an event's name and fields to what it says about a job, a wait or a display.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "scenarios/ftrace/fields.hpp"
#include "scenarios/ftrace/line.hpp"
#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

/// What became of a line's event.
struct Decoded {
  bool known = false;   ///< the name is one that is read
  std::string missing;  ///< the field without which it cannot be read; empty: it was read
};

/// Fills `event` from lines of known events. Keeps the rings and tasks that it has seen.
class Decoder {
 public:
  explicit Decoder(Recording& recording) : recording_(recording) {}

  Decoded decode(const Line& line, Event& event);
  /// Whether events of this name are read.
  static bool reads(std::string_view name) { return readers().contains(name); }

 private:
  using Reader = const char* (Decoder::*)(const Line&, const Fields&, Event&);
  static const std::unordered_map<std::string_view, Reader>& readers();

  // Each answers the name of what is missing, or null.
  const char* sched_queue(const Line&, const Fields&, Event&);
  const char* sched_run(const Line&, const Fields&, Event&);
  const char* sched_done(const Line&, const Fields&, Event&);
  const char* sched_dependency(const Line&, const Fields&, Event&);
  const char* sched_wait_dep(const Line&, const Fields&, Event&);
  const char* legacy_queue(const Line&, const Fields&, Event&);
  const char* legacy_run(const Line&, const Fields&, Event&);
  const char* legacy_done(const Line&, const Fields&, Event&);
  const char* amdgpu_queue(const Line&, const Fields&, Event&);
  const char* amdgpu_run(const Line&, const Fields&, Event&);
  const char* i915_add(const Line&, const Fields&, Event&);
  const char* i915_in(const Line&, const Fields&, Event&);
  const char* i915_out(const Line&, const Fields&, Event&);
  const char* i915_wait_begin(const Line&, const Fields&, Event&);
  const char* i915_wait_end(const Line&, const Fields&, Event&);
  const char* virtio_queue(const Line&, const Fields&, Event&);
  const char* virtio_response(const Line&, const Fields&, Event&);
  const char* fence_signaled(const Line&, const Fields&, Event&);
  const char* fence_wait_start(const Line&, const Fields&, Event&);
  const char* fence_wait_end(const Line&, const Fields&, Event&);
  const char* vblank(const Line&, const Fields&, Event&);
  const char* vblank_queued(const Line&, const Fields&, Event&);
  const char* vblank_delivered(const Line&, const Fields&, Event&);
  const char* task_exit(const Line&, const Fields&, Event&);

  const char* sched_job(const Fields& fields, Event& event);
  const char* legacy_job(const Fields& fields, Event& event);
  const char* amdgpu_job(const Fields& fields, Event& event);
  const char* i915_job(const Fields& fields, Event& event);
  const char* virtio_command(const Fields& fields, Event& event);
  const char* fence(const Fields& fields, Event& event);
  const char* vblank_event(const Fields& fields, Event& event);

  std::uint32_t task(const Line& line);
  std::uint32_t ring(Driver driver, std::string_view device, std::string_view name);

  Recording& recording_;
  std::map<std::tuple<Driver, std::string, std::string>, std::uint32_t> rings_;
  std::map<std::pair<std::int32_t, std::string>, std::uint32_t> tasks_;
  std::unordered_map<std::int32_t, std::uint32_t> newest_;  ///< by number of the task
};

/// A key of a dma_fence, in the 32 bits that dma_fence events print.
JobKey fence_key(std::uint64_t context, std::uint64_t seqno);

}  // namespace fencelab::scenarios::ftrace
