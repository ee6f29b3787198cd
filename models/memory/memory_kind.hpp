// MemoryKind: what bytes of system memory are for.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fencelab::models {

/// What kind of memory it is, which says how reclaim gets at it.
enum class MemoryKind : std::uint8_t {
  gem,        ///< a buffer object of a driver: shrinkers, eviction
  anonymous,  ///< of a process: swapped out
  file,       ///< of a process, a file that it only reads: dropped, and read again
  kernel,     ///< nobody can take it (slabs, stacks)
  managed,    ///< of a process, shared with a GPU: its pages move where they are touched
};

inline constexpr std::array<std::string_view, 5> kMemoryKindNames = {"gem", "anonymous", "file",
                                                                     "kernel", "managed"};

}  // namespace fencelab::models
