// PagePattern: the order in which a job touches the pages of managed memory.
#pragma once

#include <cstdint>

namespace fencelab::models {

struct PagePattern {
  enum class Kind : std::uint8_t { sequential, random, strided };
  Kind kind = Kind::sequential;
  std::uint64_t touches = 0;     ///< of single pages; 0: as many as there are
  std::uint64_t stride = 0;      ///< strided: bytes from one touch to the next
  std::uint32_t in_flight = 64;  ///< pages asked for at once
};

}  // namespace fencelab::models
