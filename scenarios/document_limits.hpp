// What a scenario file may ask of the program that reads it. Files come from strangers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fencelab::scenarios {

/// The most that is read; more is an error of the file that names the limit. The defaults are far
/// beyond what people write and what the importers make.
struct DocumentLimits {
  std::size_t bytes = std::size_t{64} << 20;  ///< of text
  std::size_t values = 2'000'000;             ///< of JSON: numbers, texts, lists, objects
  std::size_t nesting = 64;                   ///< lists and objects inside each other
  std::uint64_t threads = 100'000;            ///< of all processes, clones counted
};

/// No flag allows deeper nesting: readers and programs of a scenario call themselves level by
/// level.
inline constexpr std::size_t kMaxNestingAllowed = 256;

}  // namespace fencelab::scenarios
