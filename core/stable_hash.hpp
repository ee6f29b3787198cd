// A hash that is the same on every machine and in every version: FNV-1a of 64 bits (Fowler, Noll,
// Vo; http://www.isthe.com/chongo/tech/comp/fnv/). For names of things in files, not against
// malice.
#pragma once

#include <cstdint>
#include <string_view>

namespace fencelab::core {

/// Hash of the bytes of `text`, continuing from `state`.
constexpr std::uint64_t stable_hash(std::string_view text,
                                    std::uint64_t state = 0xCBF29CE484222325ull) {
  for (const char c : text) {
    state ^= static_cast<unsigned char>(c);
    state *= 0x100000001B3ull;
  }
  return state;
}

}  // namespace fencelab::core
