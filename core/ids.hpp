// Strong ids, dense and per run (no static counters): equal runs give equal ids on every machine.
#pragma once

#include <compare>
#include <cstdint>

namespace fencelab::core {

/// An object that can be waited on (fence, timeline, lock, pool, ...). 0 is none.
enum class ObjectId : std::uint64_t {};
inline constexpr ObjectId kNoObject{0};

/// A process of a run. 0 is none.
enum class ProcessId : std::uint32_t {};
inline constexpr ProcessId kNoProcess{0};

constexpr std::uint64_t raw(ObjectId id) { return static_cast<std::uint64_t>(id); }
constexpr std::uint32_t raw(ProcessId id) { return static_cast<std::uint32_t>(id); }

}  // namespace fencelab::core
